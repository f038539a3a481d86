-- What one case adds to one figure, by a definition's version: the subject of "every number opens the cases it counts".
-- part: the share of the figure it belongs to (counted, early, a cause, an hour …). at: the moment it is counted under
-- (the decision, the meeting …), of open cases the nearest date.
CREATE TABLE figure_facts (
  case_id    bigint NOT NULL REFERENCES cases,
  figure     text NOT NULL,
  version    smallint NOT NULL,
  part       text NOT NULL,
  at         timestamptz NOT NULL,
  n          integer NOT NULL,
  amount     bigint NOT NULL,                    -- in the unit of the figure: working days, minutes, …
  project_id integer NOT NULL,
  department text NOT NULL,
  stage      text NOT NULL,
  street     text NOT NULL,
  squad      text NOT NULL,
  front      text NOT NULL,
  item       text NOT NULL
);
CREATE INDEX figure_facts_case ON figure_facts (case_id);
CREATE INDEX figure_facts_behind ON figure_facts (figure, part, at DESC, case_id DESC);

-- The sums of the facts, by one dimension at a time ('all' with value '' is everything), per day or nearest date.
CREATE TABLE figure_totals (
  figure    text NOT NULL,
  version   smallint NOT NULL,
  dimension text NOT NULL,
  value     text NOT NULL,
  at        timestamptz NOT NULL,
  part      text NOT NULL,
  n         bigint NOT NULL,
  amount    bigint NOT NULL,
  PRIMARY KEY (figure, version, dimension, at, value, part)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);

-- Cases whose facts are to be worked out anew, beside those the stream names: after a definition has changed.
CREATE TABLE figure_todo (
  case_id bigint PRIMARY KEY REFERENCES cases
);
-- Which version of each definition the facts were worked out by.
CREATE TABLE figure_definitions (
  figure text NOT NULL,
  version smallint NOT NULL,
  content jsonb NOT NULL,
  since   timestamptz NOT NULL,
  PRIMARY KEY (figure, version)
);
