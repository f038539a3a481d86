-- What was done to an account, by whom: accounts and roles have no case that would remember it.
CREATE TABLE person_changes (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id integer NOT NULL REFERENCES people,
  kind      text NOT NULL CHECK (kind IN ('added', 'changed', 'role_given', 'role_withdrawn', 'password_reset',
              'password_changed', 'closed', 'opened')),
  by_id     integer REFERENCES people,           -- the person for what they did themselves
  at        timestamptz NOT NULL,
  said      jsonb NOT NULL DEFAULT '{}'          -- the role and where it holds; a name or address before and after
);
CREATE INDEX person_changes_person ON person_changes (person_id, id DESC);
CREATE TRIGGER person_changes_append_only BEFORE UPDATE OR DELETE ON person_changes
  FOR EACH ROW EXECUTE FUNCTION history_is_append_only();

-- Since when a role is held; null where it was given before this was kept. Two statements: a default given together
-- with the column would be filled in for the roles there are.
ALTER TABLE person_roles ADD COLUMN given_at timestamptz;
ALTER TABLE person_roles ALTER COLUMN given_at SET DEFAULT app_now();
CREATE INDEX person_roles_person ON person_roles (person_id, id);

-- Sessions are removed when they end, so that the last one alone is remembered, and not each.
ALTER TABLE people ADD COLUMN signed_in_at timestamptz;
