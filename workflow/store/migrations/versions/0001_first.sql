-- One reading of the clock per unit of work. Demonstrations and tests replace this function (store/demo_time.py);
-- here nothing can shift it.
CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT statement_timestamp()';

-- ── people ────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE companies (
  credit_code text PRIMARY KEY,
  name        text NOT NULL,
  demo        boolean NOT NULL DEFAULT false
);

CREATE TABLE people (
  id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  username      text NOT NULL UNIQUE,
  name          text NOT NULL,
  email         text NOT NULL DEFAULT '',
  password_hash text NOT NULL,
  active        boolean NOT NULL DEFAULT true,
  demo          boolean NOT NULL DEFAULT false,
  created_at    timestamptz NOT NULL
);

CREATE TABLE projects (
  id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code           text NOT NULL UNIQUE,
  name           text NOT NULL,
  company        text NOT NULL REFERENCES companies,
  splclx         smallint NOT NULL,
  street         text NOT NULL DEFAULT '',
  battlefront    text NOT NULL DEFAULT '',
  squad          text NOT NULL DEFAULT '',
  investment_wan numeric(14, 2) NOT NULL DEFAULT 0,
  area_m2        numeric(14, 2) NOT NULL DEFAULT 0,
  needs_permit   boolean NOT NULL DEFAULT false,
  needs_tender   boolean NOT NULL DEFAULT false,
  -- papers and facts held from elsewhere that prerequisites may name: {"land_contract": "2022-03-01", …}
  facts          jsonb NOT NULL DEFAULT '{}',
  planned_start  date,
  demo           boolean NOT NULL DEFAULT false,
  created_at     timestamptz NOT NULL
);
CREATE INDEX projects_company ON projects (company, id);
CREATE INDEX projects_squad ON projects (squad, id);

CREATE TABLE person_roles (
  id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id  integer NOT NULL REFERENCES people,
  role       text NOT NULL,
  department text,
  squad      text,
  project_id integer REFERENCES projects,
  company    text REFERENCES companies,
  UNIQUE NULLS NOT DISTINCT (person_id, role, department, squad, project_id, company)
);
CREATE INDEX person_roles_role ON person_roles (role, department, squad, project_id);

CREATE TABLE tokens (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id  integer NOT NULL REFERENCES people,
  kind       text NOT NULL CHECK (kind IN ('session', 'bearer')),
  hash       bytea NOT NULL UNIQUE,
  csrf       text NOT NULL DEFAULT '',
  label      text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX tokens_person ON tokens (person_id) WHERE revoked_at IS NULL;

-- Failures are counted per account and address, so that a stranger cannot lock the owner out.
CREATE TABLE login_failures (
  account      text NOT NULL,
  address      text NOT NULL,
  failures     integer NOT NULL,
  last_at      timestamptz NOT NULL,
  locked_until timestamptz,
  PRIMARY KEY (account, address)
);

-- ── cases ─────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE flow_versions (
  flow       text NOT NULL,
  version    integer NOT NULL,
  digest     text NOT NULL,
  first_used timestamptz NOT NULL,
  PRIMARY KEY (flow, version)
);

-- What cases have named of the catalogue since the first of them: its files must keep it.
CREATE TABLE catalogue_used (
  kind text NOT NULL CHECK (kind IN ('item', 'department')),
  code text NOT NULL,
  PRIMARY KEY (kind, code)
);

CREATE SEQUENCE case_numbers;

CREATE TABLE cases (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  no           text COLLATE "C" NOT NULL UNIQUE, -- by bytes: a prefix is a range of its index
  flow         text NOT NULL,
  flow_version integer NOT NULL,
  title        text NOT NULL,
  item         text,
  item_version integer,
  parent_id    bigint REFERENCES cases,
  project_id   integer NOT NULL REFERENCES projects,
  company      text NOT NULL,
  department   text NOT NULL,
  squad        text NOT NULL DEFAULT '',
  assignee_id  integer REFERENCES people,
  state        text NOT NULL,
  outcome      text,
  version      integer NOT NULL DEFAULT 0,   -- what an officer saw; grows with every action of a person or the system
  rev          bigint  NOT NULL DEFAULT 0,   -- grows with every writer, the clock included
  seq          integer NOT NULL DEFAULT 0,
  chain_head   bytea   NOT NULL DEFAULT '\x',
  data         jsonb   NOT NULL DEFAULT '{}',
  limits       jsonb   NOT NULL DEFAULT '{}', -- the limits in force when the case was opened; a later change does not move them
  opened_at    timestamptz NOT NULL,
  received_at  timestamptz,
  accepted_at  timestamptz,
  decided_at   timestamptz,
  entered_at   timestamptz NOT NULL,          -- legal time of entering the present state
  ended_at     timestamptz,
  due_at       timestamptz NOT NULL DEFAULT 'infinity', -- the nearest date of its running clocks: an index, never the truth
  paused       boolean NOT NULL DEFAULT false,
  demo         boolean NOT NULL DEFAULT false
);
CREATE INDEX cases_project ON cases (project_id, id);
CREATE INDEX cases_parent ON cases (parent_id) WHERE parent_id IS NOT NULL;
-- Worklists: paused cases come last, then by date. One index per way in; only open cases stand in them.
CREATE INDEX cases_open ON cases (paused, due_at, id) WHERE ended_at IS NULL;
CREATE INDEX cases_open_department ON cases (department, paused, due_at, id) WHERE ended_at IS NULL;
CREATE INDEX cases_open_assignee ON cases (assignee_id, paused, due_at, id) WHERE ended_at IS NULL;
CREATE INDEX cases_open_squad ON cases (squad, paused, due_at, id) WHERE ended_at IS NULL;
CREATE INDEX cases_open_company ON cases (company, paused, due_at, id) WHERE ended_at IS NULL;
CREATE INDEX cases_open_state ON cases (state, paused, due_at, id) WHERE ended_at IS NULL;
CREATE INDEX cases_open_project ON cases (project_id, paused, due_at, id) WHERE ended_at IS NULL;
-- nearly empty: item cases are given to somebody when they are opened
CREATE INDEX cases_unassigned ON cases (department, paused, due_at, id)
  WHERE ended_at IS NULL AND assignee_id IS NULL AND item IS NOT NULL;
CREATE INDEX cases_ended ON cases (ended_at DESC, id DESC) WHERE ended_at IS NOT NULL;
CREATE INDEX cases_ended_company ON cases (company, ended_at DESC, id DESC) WHERE ended_at IS NOT NULL;
CREATE INDEX cases_granted ON cases (project_id, item) WHERE outcome = 'granted';

CREATE TABLE events (
  case_id      bigint NOT NULL REFERENCES cases,
  seq          integer NOT NULL,
  action       text NOT NULL,
  from_state   text NOT NULL,
  to_state     text NOT NULL,
  actor_id     integer,
  actor_role   text NOT NULL,
  effective_at timestamptz NOT NULL,
  recorded_at  timestamptz NOT NULL,
  input        jsonb NOT NULL,
  alg          text NOT NULL DEFAULT 'sha256',
  hash         bytea NOT NULL,
  PRIMARY KEY (case_id, seq)
);

CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'history is append-only: % on % refused', TG_OP, TG_TABLE_NAME; END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
  FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();

-- ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE clocks (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id          bigint NOT NULL REFERENCES cases,
  name             text NOT NULL,
  round            integer NOT NULL DEFAULT 1,   -- the n-th time this clock was started on the case
  started_at       timestamptz NOT NULL,         -- the base event, legal time
  amount           integer NOT NULL,
  unit             text NOT NULL,
  direction        text NOT NULL DEFAULT 'max',
  extension        integer NOT NULL DEFAULT 0,
  state            text NOT NULL CHECK (state IN ('armed', 'spent', 'paused', 'settled', 'quarantined')),
  epoch            integer NOT NULL DEFAULT 1,   -- grows when a rung already fired is armed again
  rung             smallint NOT NULL DEFAULT 0,  -- index of the next rung to fire
  ladder_at        timestamptz[] NOT NULL DEFAULT '{}',
  fire_at          timestamptz NOT NULL DEFAULT 'infinity', -- moves with retries; ladder_at does not
  due_on           date,
  due_at           timestamptz NOT NULL DEFAULT 'infinity',
  provisional      boolean NOT NULL DEFAULT false,
  calendar_version text NOT NULL,
  settled_at       timestamptz,
  attempts         integer NOT NULL DEFAULT 0,
  error            text,
  UNIQUE (case_id, name, round)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX clocks_due ON clocks (fire_at, id) WHERE state = 'armed';
CREATE INDEX clocks_provisional ON clocks (id) WHERE provisional AND state <> 'settled';
CREATE INDEX clocks_quarantined ON clocks (id) WHERE state = 'quarantined';

CREATE TABLE pauses (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id       bigint NOT NULL REFERENCES cases,
  cause         text NOT NULL,
  basis         text NOT NULL,
  stops         text[] NOT NULL,                 -- which clocks: 'statutory', 'promised'
  since         date NOT NULL,
  until         date,                            -- null while open; covers the days in (since, until]
  planned_until date NOT NULL,
  cap_until     date NOT NULL,                   -- no day after it is ever covered
  reason        text NOT NULL,
  opened_at     timestamptz NOT NULL,
  opened_by     integer,
  closed_at     timestamptz,
  closed_by     integer,
  result        text,
  CHECK (until IS NULL OR until BETWEEN since AND cap_until)
);
CREATE INDEX pauses_case ON pauses (case_id);
CREATE UNIQUE INDEX pauses_one_open_per_cause ON pauses (case_id, cause) WHERE until IS NULL;

-- The claim of a rung: one row per (clock, epoch, rung), for ever.
CREATE TABLE firings (
  clock_id  bigint NOT NULL REFERENCES clocks,
  epoch     integer NOT NULL,
  rung      smallint NOT NULL,
  case_id   bigint NOT NULL,
  fired_at  timestamptz NOT NULL,
  moment_at timestamptz NOT NULL,
  PRIMARY KEY (clock_id, epoch, rung)
);

CREATE TABLE alerts (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id         bigint NOT NULL REFERENCES cases,
  clock_id        bigint NOT NULL,
  epoch           integer NOT NULL,
  rung            smallint NOT NULL,
  card            text NOT NULL CHECK (card IN ('notice', 'yellow', 'red')),
  person_id       integer NOT NULL REFERENCES people,
  role            text NOT NULL,
  due_at          timestamptz NOT NULL,
  created_at      timestamptz NOT NULL,
  acknowledged_at timestamptz,
  note            text,
  UNIQUE (clock_id, epoch, rung, person_id)
);
CREATE INDEX alerts_inbox ON alerts (person_id, id DESC);
CREATE INDEX alerts_inbox_open ON alerts (person_id, id DESC) WHERE acknowledged_at IS NULL;
CREATE INDEX alerts_case ON alerts (case_id, id);

-- ── messages ──────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE outbox (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  effect_key   text NOT NULL UNIQUE,
  channel      text NOT NULL,                    -- email, log, system (an automatic action to be tried on a case)
  case_id      bigint,
  person_id    integer,
  body         jsonb NOT NULL,
  state        text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'queued', 'leased', 'delivered', 'failed')),
  created_at   timestamptz NOT NULL,             -- the office's time
  put_at       timestamptz NOT NULL DEFAULT now(), -- real time
  next_at      timestamptz NOT NULL,             -- real time, not the office's: retries must not wait for a shifted clock
  lease_token  uuid,
  attempts     integer NOT NULL DEFAULT 0,
  error        text,
  delivered_at timestamptz
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);
-- queued and leased rows come back when their lease has run out: next_at is the end of it
CREATE INDEX outbox_waiting ON outbox (next_at, id) WHERE state IN ('pending', 'queued', 'leased');
CREATE INDEX outbox_failed ON outbox (id) WHERE state = 'failed';

-- ── papers ────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE blobs (
  sha256 bytea PRIMARY KEY,
  size   bigint NOT NULL,
  body   bytea NOT NULL
);
ALTER TABLE blobs ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE materials (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id      bigint NOT NULL REFERENCES cases,
  code         text NOT NULL,
  filename     text NOT NULL,
  content_type text NOT NULL,
  size         bigint NOT NULL,
  sha256       bytea NOT NULL REFERENCES blobs,
  uploaded_by  integer REFERENCES people,
  uploaded_at  timestamptz NOT NULL,
  superseded   boolean NOT NULL DEFAULT false
);
CREATE INDEX materials_case ON materials (case_id, code);

CREATE TABLE documents (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id      bigint NOT NULL REFERENCES cases,
  seq          integer NOT NULL,                 -- the event that issued it
  kind         text NOT NULL,
  no           text NOT NULL UNIQUE,
  facts        jsonb NOT NULL,
  issued_at    timestamptz NOT NULL,
  effective_at timestamptz NOT NULL
);
CREATE INDEX documents_case ON documents (case_id, id);

-- ── requests, workers ─────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE idempotency (
  actor_id     integer NOT NULL,
  key          text NOT NULL,
  request_hash bytea NOT NULL,
  status       smallint,
  body         jsonb,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (actor_id, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE heartbeats (
  name text PRIMARY KEY,
  at   timestamptz NOT NULL,                     -- real time
  info jsonb NOT NULL DEFAULT '{}'
);
