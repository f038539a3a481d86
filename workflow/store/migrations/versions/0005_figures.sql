-- What one case adds to one figure: the subject of "every number opens the cases it counts".
-- part: the share of the figure it belongs to (counted, early, a cause, an hour …). at: the moment it is counted under
-- (the decision, the meeting …), of open cases the nearest date. version: the definition it was made by.
CREATE TABLE figure_facts (
  case_id    bigint NOT NULL,                    -- of cases; no key to it: the fold must not lock what officers act on
  figure     text NOT NULL,
  part       text NOT NULL,
  at         timestamptz NOT NULL,
  version    smallint NOT NULL,
  n          integer NOT NULL CHECK (n > 0),
  amount     bigint NOT NULL,                    -- in the unit of the figure: working days, minutes, …
  project_id integer NOT NULL,
  department text NOT NULL,
  stage      text NOT NULL,
  street     text NOT NULL,
  squad      text NOT NULL,
  front      text NOT NULL,
  item       text NOT NULL,
  PRIMARY KEY (case_id, figure, part, at)
) WITH (autovacuum_vacuum_scale_factor = 0.02);
-- Read forwards or backwards, whatever dimension is asked for: a rare value must not cost a visit to every row.
CREATE INDEX figure_facts_behind ON figure_facts (figure, part, at, case_id)
  INCLUDE (version, n, project_id, department, stage, street, squad, front, item);

-- The sums of the facts, by one dimension at a time ('all' with value '' is everything). grain: sums of a legal day, of
-- a month (at is its beginning), or of one exact moment for what stands now.
CREATE TABLE figure_totals (
  dimension text NOT NULL,
  value     text NOT NULL,
  grain     text NOT NULL CHECK (grain IN ('day', 'month', 'moment')),
  figure    text NOT NULL,
  version   smallint NOT NULL,
  at        timestamptz NOT NULL,
  part      text NOT NULL,
  n         bigint NOT NULL,
  amount    bigint NOT NULL,
  PRIMARY KEY (dimension, value, grain, figure, version, at, part)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);

-- Cases whose facts are to be worked out anew, beside those the stream names: a project's, after it has changed.
CREATE TABLE figure_todo (
  case_id bigint PRIMARY KEY
);
-- What all facts rest on beside the cases themselves (a digest), and, while they are made anew, up to which case they are.
CREATE TABLE figure_state (
  one      boolean PRIMARY KEY DEFAULT true CHECK (one),
  basis    text NOT NULL,
  swept_to bigint,                               -- null: every case has been looked at
  since    timestamptz NOT NULL
) WITH (fillfactor = 50);
-- Every definition that figures were ever counted by.
CREATE TABLE figure_definitions (
  figure  text NOT NULL,
  version smallint NOT NULL,
  content jsonb NOT NULL,
  since   timestamptz NOT NULL,
  PRIMARY KEY (figure, version)
);

-- By whose configuration a reader of the stream makes what it keeps, while processes with different ones run at once (an
-- upgrade): the newest to have come; those in former have been replaced and stay away while it shows signs of life.
CREATE TABLE reader_rules (
  reader  text PRIMARY KEY,
  digest  text NOT NULL,
  former  text[] NOT NULL DEFAULT '{}',          -- newest last
  seen_at timestamptz NOT NULL                   -- real time
) WITH (fillfactor = 50);
-- What a reader could not make anything of: put aside, so that it goes on with everything else, and tried again.
CREATE TABLE reader_faults (
  reader   text NOT NULL,
  kind     text NOT NULL CHECK (kind IN ('case', 'project')),
  ref      bigint NOT NULL,
  error    text NOT NULL,                        -- the kind of error and where; never its message, which may quote a row
  attempts integer NOT NULL DEFAULT 1,
  since    timestamptz NOT NULL,                 -- real time, as next_at
  next_at  timestamptz NOT NULL,
  PRIMARY KEY (reader, kind, ref)
);
CREATE INDEX reader_faults_next ON reader_faults (reader, next_at);
