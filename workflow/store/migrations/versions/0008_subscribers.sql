-- Other systems. No secret is stored: each is derived from the service's own and the generation (workflow/signing.py).
CREATE TABLE subscribers (
  id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name           text NOT NULL UNIQUE,
  url            text NOT NULL DEFAULT '',       -- empty: it pulls
  kinds          text[] NOT NULL DEFAULT '{}',   -- empty: everything
  generation     integer NOT NULL DEFAULT 1,     -- of its secret
  old_until      timestamptz,                    -- the secret before still signs until then; real time, as everything here
  position       bigint NOT NULL,                -- the last position of the stream it was told
  active         boolean NOT NULL DEFAULT true,
  failures       integer NOT NULL DEFAULT 0,
  next_at        timestamptz NOT NULL DEFAULT '-infinity',
  lease_until    timestamptz NOT NULL DEFAULT '-infinity',
  lease_token    uuid,
  error          text,
  created_by     integer REFERENCES people,
  created_at     timestamptz NOT NULL,
  last_ok_at     timestamptz
) WITH (fillfactor = 70);
CREATE INDEX subscribers_waiting ON subscribers (next_at) WHERE active AND url <> '';
