-- Other systems. No secret is stored: each is derived from the service's own and the generation (workflow/signing.py).
-- All instants are real time: retries must not wait for a shifted clock.
CREATE TABLE subscribers (
  id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name           text NOT NULL UNIQUE,
  url            text NOT NULL DEFAULT '',       -- empty: it pulls
  kinds          text[] NOT NULL DEFAULT '{}',   -- empty: everything
  generation     integer NOT NULL DEFAULT 1,     -- of its secret
  old_until      timestamptz,                    -- the secret before still signs until then
  position       bigint NOT NULL,                -- the last position of the stream it was told
  active         boolean NOT NULL DEFAULT true,
  stopped_why    text CHECK (stopped_why IN ('paused', 'gone', 'failing')),
  failures       integer NOT NULL DEFAULT 0,     -- in a row
  failing_since  timestamptz,
  next_at        timestamptz NOT NULL DEFAULT '-infinity', -- not before, after a failure
  queued_until   timestamptz NOT NULL DEFAULT '-infinity', -- its id was published; after that it is again
  lease_until    timestamptz NOT NULL DEFAULT '-infinity',
  lease_token    uuid,
  test_at        timestamptz,                    -- somebody asked for a test that was not sent yet
  error          text,
  created_by     integer REFERENCES people,
  created_at     timestamptz NOT NULL,
  last_ok_at     timestamptz,
  CHECK (active = (stopped_why IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX subscribers_waiting ON subscribers (next_at) WHERE active AND url <> '';
CREATE INDEX deliveries_subscriber ON deliveries (subscriber_id, id DESC) WHERE subscriber_id IS NOT NULL;
