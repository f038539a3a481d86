CREATE TABLE imports (
  id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind        text NOT NULL CHECK (kind IN ('projects', 'people', 'case')),
  filename    text NOT NULL,
  sha256      bytea NOT NULL,
  person_id   integer REFERENCES people,
  imported_at timestamptz NOT NULL,
  result      jsonb NOT NULL                     -- how many were new, changed, the same
);

-- What an import changed of a project, before and after; a project has no history of its own.
CREATE TABLE project_changes (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id integer NOT NULL REFERENCES projects,
  import_id  integer REFERENCES imports,
  changed_at timestamptz NOT NULL,
  before     jsonb NOT NULL,
  after      jsonb NOT NULL
);
CREATE INDEX project_changes_project ON project_changes (project_id, id);

-- A case brought in from elsewhere carries the number it had there.
ALTER TABLE cases ADD COLUMN imported_no text;
CREATE UNIQUE INDEX cases_imported ON cases (imported_no) WHERE imported_no IS NOT NULL;

-- The ledger (台账) is read by the day of receipt.
CREATE INDEX cases_received ON cases (flow, received_at, id) WHERE received_at IS NOT NULL;

-- A file that was tried, until its import is confirmed: a browser cannot send it a second time by itself. One a person,
-- gone with the confirmation, or after a day.
CREATE TABLE import_drafts (
  person_id integer PRIMARY KEY REFERENCES people,
  kind      text NOT NULL,
  filename  text NOT NULL,
  sha256    bytea NOT NULL,
  body      bytea NOT NULL,
  put_at    timestamptz NOT NULL DEFAULT now()   -- real time
);
