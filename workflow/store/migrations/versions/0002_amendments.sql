-- ── the calendar as versioned data ────────────────────────────────────────────────────────────────────────────────
-- Every calendar that ever made a date, whole: a proof "as it stood on" needs the days as they were known then.
CREATE TABLE calendar_versions (
  version    text PRIMARY KEY,
  content    jsonb NOT NULL,
  horizon    date NOT NULL,                      -- the last published day
  first_seen timestamptz NOT NULL
);

-- What changes the dates of many cases at once: a holiday notice, a closure, the withdrawal of one of them, a limit
-- changed by law, a newer flow version for running cases. Proposed by one person, signed by another.
CREATE TABLE amendments (
  id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind          text NOT NULL CHECK (kind IN ('year', 'closure', 'withdrawal', 'limit', 'flow')),
  content       jsonb NOT NULL,
  document      text NOT NULL CHECK (document <> ''), -- title and number of the paper that says so
  state         text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'in_force', 'refused', 'withdrawn')),
  proposed_by   integer NOT NULL REFERENCES people,
  proposed_at   timestamptz NOT NULL,
  decided_by    integer REFERENCES people,
  decided_at    timestamptz,
  decision_note text,
  preview       jsonb NOT NULL DEFAULT '{}',     -- the figures the signer saw
  settled_at    timestamptz,                     -- when no case was left to move
  moved         integer NOT NULL DEFAULT 0,      -- cases whose dates moved
  CHECK (decided_by IS NULL OR decided_by <> proposed_by)
);
CREATE INDEX amendments_newest ON amendments (id DESC);
CREATE INDEX amendments_in_force ON amendments (kind, id) WHERE state = 'in_force';
CREATE INDEX amendments_unsettled ON amendments (id) WHERE state = 'in_force' AND settled_at IS NULL;

-- Which calendar held from when; the last row holds now. Append-only but for settled_at.
CREATE TABLE calendars_in_force (
  id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version      text NOT NULL REFERENCES calendar_versions,
  base         text NOT NULL,                    -- the version made by the library and the files alone
  since        timestamptz NOT NULL,
  amendment_id integer REFERENCES amendments,    -- null: it came with the files
  put_at       timestamptz NOT NULL DEFAULT now(), -- real time
  settled_at   timestamptz                       -- when the first pass found no date left to move
);

-- ── clocks ────────────────────────────────────────────────────────────────────────────────────────────────────────
-- The lines of history that started and stopped a clock: what stood on a day is what the lines up to it had made.
ALTER TABLE clocks ADD COLUMN armed_seq integer NOT NULL DEFAULT 0;
ALTER TABLE clocks ADD COLUMN settled_seq integer;
-- Clocks older than these columns: the last line whose legal time is not after their start, the first one recorded when
-- they stopped.
UPDATE clocks k SET
  armed_seq = coalesce(
    (SELECT max(e.seq) FROM events e WHERE e.case_id = k.case_id AND e.effective_at <= k.started_at), 1),
  settled_seq = CASE WHEN k.settled_at IS NOT NULL THEN
    (SELECT min(e.seq) FROM events e WHERE e.case_id = k.case_id AND e.recorded_at >= k.settled_at) END;
-- The last instant a clock depends on: a changed day after it cannot move anything.
ALTER TABLE clocks ADD COLUMN reach_at timestamptz
  GENERATED ALWAYS AS (greatest(due_at, ladder_at[cardinality(ladder_at)])) STORED;
CREATE INDEX clocks_by_calendar ON clocks (calendar_version, reach_at, id) WHERE state <> 'settled';

-- Interrupt and reset: the budget starts anew from the end of the interval.
ALTER TABLE pauses ADD COLUMN resets boolean NOT NULL DEFAULT false;

-- ── cases ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- From when the life of a granted result counts: its issue, or the end of the life before a renewal.
ALTER TABLE cases ADD COLUMN issued_at timestamptz;
-- Results whose life ends before long, by who holds them.
CREATE INDEX cases_lives_company ON cases (company, due_at, id) WHERE ended_at IS NOT NULL AND due_at < 'infinity';
CREATE INDEX cases_of_item ON cases (item, id) WHERE item IS NOT NULL;
CREATE INDEX cases_of_flow ON cases (flow, flow_version, id);
