-- Lines of history have a number within their case only, and the order in which transactions commit is nobody's number:
-- "greater than the last I saw" would miss what commits late. So whatever readers follow is noted here by the transaction
-- that does it, and one sequencer at a time gives what is committed its position.
CREATE TABLE stream_pending (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind      text NOT NULL CHECK (kind IN ('event', 'alert', 'notice', 'project')),
  case_id   bigint,
  seq       integer,                             -- of the event
  person_id integer,                             -- whose alert or notice it is
  ref       bigint                               -- the alert, the notice, the project
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);

-- Positions have no gaps; a reader that knows the last one it took misses nothing.
CREATE TABLE stream (
  position  bigint PRIMARY KEY,
  kind      text NOT NULL,
  case_id   bigint,
  seq       integer,
  person_id integer,
  ref       bigint,
  at        timestamptz NOT NULL DEFAULT now()   -- real time of getting its position
);
CREATE INDEX stream_person ON stream (person_id, position) WHERE person_id IS NOT NULL;
CREATE INDEX stream_case ON stream (case_id, position) WHERE kind = 'event';

CREATE TABLE stream_head (
  one      boolean PRIMARY KEY DEFAULT true CHECK (one),
  position bigint NOT NULL
) WITH (fillfactor = 50);

-- How far each reader inside the service has come.
CREATE TABLE stream_readers (
  name     text PRIMARY KEY,
  position bigint NOT NULL,
  at       timestamptz NOT NULL DEFAULT now(),   -- real time
  failures integer NOT NULL DEFAULT 0,
  error    text
) WITH (fillfactor = 50);

INSERT INTO stream (position, kind, case_id, seq, at)
SELECT row_number() OVER (ORDER BY recorded_at, case_id, seq), 'event', case_id, seq, recorded_at FROM events;
INSERT INTO stream_head (position) SELECT count(*) FROM stream;

-- As triggers, so that no way of writing a line can forget it; once a statement, however many lines it writes.
CREATE FUNCTION note_events() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO stream_pending (kind, case_id, seq) SELECT 'event', case_id, seq FROM fresh ORDER BY case_id, seq;
  RETURN NULL;
END $$;
CREATE TRIGGER events_noted AFTER INSERT ON events REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION note_events();
CREATE FUNCTION note_alerts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO stream_pending (kind, case_id, person_id, ref) SELECT 'alert', case_id, person_id, id FROM fresh ORDER BY id;
  RETURN NULL;
END $$;
CREATE TRIGGER alerts_noted AFTER INSERT ON alerts REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION note_alerts();
-- What a project says of itself (street, battlefront, squad …) is a dimension of every figure of its cases.
CREATE FUNCTION note_projects() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO stream_pending (kind, ref) SELECT 'project', id FROM fresh ORDER BY id;
  RETURN NULL;
END $$;
CREATE TRIGGER projects_opened_noted AFTER INSERT ON projects REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION note_projects();
CREATE TRIGGER projects_changed_noted AFTER UPDATE ON projects REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION note_projects();
