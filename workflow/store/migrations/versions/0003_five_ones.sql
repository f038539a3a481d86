-- ── documents as files ────────────────────────────────────────────────────────────────────────────────────────────
-- Issued by the action as a row; a worker renders the file afterwards, and would render the same bytes again.
ALTER TABLE documents ADD COLUMN template text;           -- name and version of the template it was issued with
ALTER TABLE documents ADD COLUMN seal bytea;              -- SHA-256 over template, number and facts: what the office vouches for
ALTER TABLE documents ADD COLUMN check_code text UNIQUE;  -- what the QR code of the file leads to
ALTER TABLE documents ADD COLUMN pdf bytea REFERENCES blobs;
ALTER TABLE documents ADD COLUMN rendered_at timestamptz;
CREATE INDEX documents_unrendered ON documents (id) WHERE template IS NOT NULL AND pdf IS NULL;

-- ── projects ──────────────────────────────────────────────────────────────────────────────────────────────────────
-- Urban renewal is a third membership: how it overlaps with the other two nobody says (fact book, 12.5).
ALTER TABLE projects ADD COLUMN renewal boolean NOT NULL DEFAULT false;
-- The programme by battlefront, and of the renewal projects alone.
CREATE INDEX projects_battlefront ON projects (battlefront, id);
CREATE INDEX projects_renewal ON projects (id) WHERE renewal;

-- What happened to a project outside of any office: start of works, completion acceptance, … The newest row of an event
-- holds; a correction is another row.
CREATE TABLE project_events (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id  integer NOT NULL REFERENCES projects,
  event       text NOT NULL,
  on_day      date NOT NULL,
  case_id     bigint REFERENCES cases,                    -- the line of history that says so
  seq         integer,
  recorded_at timestamptz NOT NULL
);
CREATE INDEX project_events_project ON project_events (project_id, event, id);
CREATE TRIGGER project_events_append_only BEFORE UPDATE OR DELETE ON project_events
  FOR EACH ROW EXECUTE FUNCTION history_is_append_only();

-- ── leave and duty ────────────────────────────────────────────────────────────────────────────────────────────────
-- While somebody is away a delegate holds the same roles; they come back by themselves, or when handed back early.
CREATE TABLE absences (
  id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id     integer NOT NULL REFERENCES people,
  delegate_id   integer NOT NULL REFERENCES people,
  since         timestamptz NOT NULL,
  until         timestamptz NOT NULL,                     -- handed back early: that moment; called off before: since
  planned_until timestamptz NOT NULL,
  reason        text NOT NULL,
  recorded_by   integer NOT NULL REFERENCES people,
  recorded_at   timestamptz NOT NULL,
  ended_by      integer REFERENCES people,                -- who handed it back early or called it off
  ended_at      timestamptz,
  CHECK (person_id <> delegate_id),
  CHECK (since <= until),
  -- Without btree_gist equality of a number is the overlap of one-point ranges.
  EXCLUDE USING gist (int8range(person_id, person_id, '[]') WITH &&, tstzrange(since, until) WITH &&)
);
CREATE INDEX absences_person ON absences (person_id, until);
CREATE INDEX absences_delegate ON absences (delegate_id, until);
-- Who is away now is asked whenever somebody is told; it must not cost more with every leave that is over.
CREATE INDEX absences_until ON absences (until, since);

-- Who is on duty for a squad, round the clock. What a newer roster replaces stays, with who replaced it and when.
CREATE TABLE duty_shifts (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  squad        text NOT NULL,
  person_id    integer NOT NULL REFERENCES people,
  since        timestamptz NOT NULL,
  until        timestamptz NOT NULL,
  published_by integer REFERENCES people,
  published_at timestamptz NOT NULL,
  replaced_by  integer REFERENCES people,
  replaced_at  timestamptz,
  CHECK (since < until),
  EXCLUDE USING gist (int8range(hashtextextended(squad, 0), hashtextextended(squad, 0), '[]') WITH &&,
    tstzrange(since, until) WITH &&) WHERE (replaced_at IS NULL)
);
CREATE INDEX duty_shifts_squad ON duty_shifts (squad, until, since) WHERE replaced_at IS NULL;
CREATE INDEX duty_shifts_person ON duty_shifts (person_id, since) WHERE replaced_at IS NULL;

-- What a person may do at this moment: their own roles, those of absent people they stand in for, and while they are on
-- duty a specialist's on every project of the squad: a request at 3 a.m. is theirs, whatever project it is about.
CREATE VIEW held_roles AS
SELECT r.id, r.person_id, r.role, r.department, r.squad, r.project_id, r.company, NULL::integer AS on_behalf_of
FROM person_roles r
UNION ALL
SELECT r.id, a.delegate_id, r.role, r.department, r.squad, r.project_id, r.company, a.person_id
FROM absences a JOIN person_roles r ON r.person_id = a.person_id JOIN people p ON p.id = a.person_id AND p.active
WHERE a.since <= app_now() AND app_now() < a.until AND r.role <> 'admin'
UNION ALL
SELECT 2147483647, d.person_id, 'specialist', NULL, d.squad, NULL, NULL, NULL
FROM duty_shifts d WHERE d.replaced_at IS NULL AND d.since <= app_now() AND app_now() < d.until;

-- ── cases ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- A project's lanes: the newest case of each flow.
CREATE INDEX cases_lane ON cases (project_id, flow, id DESC);
-- Everything of one flow in the district: problems, sessions, hours of service.
CREATE INDEX cases_flow ON cases (flow, id);
-- What the office says among itself: applicants do not see it, whoever's case it is about.
ALTER TABLE cases ADD COLUMN internal boolean NOT NULL DEFAULT false;
