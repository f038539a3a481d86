-- Ways to a person beside their page; the e-mail address of the account is one without a row here.
CREATE TABLE contact_points (
  id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id  integer NOT NULL REFERENCES people,
  channel    text NOT NULL,
  address    text NOT NULL CHECK (address <> ''),
  created_at timestamptz NOT NULL,
  tested_at  timestamptz,                        -- a test message was handed over
  bounced_at timestamptz,                        -- the provider said it will never arrive
  error      text,
  removed_at timestamptz,
  UNIQUE (person_id, channel, address)
);

-- What somebody wants told by which channel, and when not; without a row the defaults of config/rules/telling.yaml.
CREATE TABLE telling_choices (
  person_id  integer PRIMARY KEY REFERENCES people,
  choices    jsonb NOT NULL,
  updated_at timestamptz NOT NULL
);

-- What was told on somebody's page beside alerts: the row is the notice.
CREATE TABLE notices (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  effect_key text NOT NULL UNIQUE,
  person_id  integer NOT NULL REFERENCES people,
  case_id    bigint REFERENCES cases,
  message    text NOT NULL,                      -- which template of config/messages
  body       jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  seen_at    timestamptz
);
CREATE INDEX notices_person ON notices (person_id, id DESC);
CREATE INDEX notices_unseen ON notices (person_id, id DESC) WHERE seen_at IS NULL;
CREATE FUNCTION note_notices() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO stream_pending (kind, case_id, person_id, ref) SELECT 'notice', case_id, person_id, id FROM fresh ORDER BY id;
  RETURN NULL;
END $$;
CREATE TRIGGER notices_noted AFTER INSERT ON notices REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION note_notices();

-- Messages: which alert they are about, and which letter they share (digests, what had piled up, quiet hours).
ALTER TABLE outbox ADD COLUMN alert_id bigint REFERENCES alerts;
ALTER TABLE outbox ADD COLUMN address text;               -- of a contact point; null: the account's e-mail, or none needed
ALTER TABLE outbox ADD COLUMN batch uuid;                 -- settled at the first try, so that a second one sends the same letter
ALTER TABLE outbox ADD COLUMN may_wait boolean NOT NULL DEFAULT false; -- goes into a letter with others where several wait
ALTER TABLE outbox ADD COLUMN not_before timestamptz;      -- the office's time: quiet hours hold it back until then
ALTER TABLE outbox DROP CONSTRAINT outbox_state_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_check
  CHECK (state IN ('pending', 'queued', 'leased', 'delivered', 'failed', 'withdrawn'));
CREATE INDEX outbox_alert ON outbox (alert_id) WHERE alert_id IS NOT NULL;
CREATE INDEX outbox_batch ON outbox (batch) WHERE batch IS NOT NULL;
-- not for messages to nobody in particular: whoever counts what waits reads the narrow index
CREATE INDEX outbox_person_waiting ON outbox (person_id, channel, id)
  WHERE state IN ('pending', 'queued', 'leased') AND person_id IS NOT NULL;
CREATE INDEX outbox_held ON outbox (not_before) WHERE state = 'pending' AND not_before IS NOT NULL;
CREATE INDEX outbox_channel_waiting ON outbox (channel, next_at) WHERE state IN ('pending', 'queued');
CREATE INDEX outbox_unreached ON outbox (alert_id) WHERE state = 'failed' AND alert_id IS NOT NULL;
CREATE INDEX outbox_given_up ON outbox (channel, id) WHERE state = 'failed';

-- A channel that is down is asked again by one message, not by all of them.
CREATE TABLE channel_health (
  channel    text PRIMARY KEY,
  failures   integer NOT NULL DEFAULT 0,         -- in a row
  down_since timestamptz,                        -- real time, as everything here
  next_at    timestamptz NOT NULL DEFAULT '-infinity', -- when it is asked again
  probing_until timestamptz NOT NULL DEFAULT '-infinity', -- somebody is asking it now
  last_ok_at timestamptz,
  error      text
) WITH (fillfactor = 50);

-- Every try, of whatever channel, without addresses: what happened and how long it took. Kept 90 days.
CREATE TABLE deliveries (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel       text NOT NULL,
  outbox_id     bigint,
  subscriber_id integer,
  person_id     integer,
  at            timestamptz NOT NULL DEFAULT now(), -- real time
  milliseconds  integer NOT NULL,
  outcome       text NOT NULL CHECK (outcome IN ('delivered', 'soon', 'later', 'never', 'test')),
  error         text
);
CREATE INDEX deliveries_channel ON deliveries (channel, id DESC);
CREATE INDEX deliveries_age ON deliveries (at);

-- One digest a person and day.
CREATE TABLE digests (
  person_id integer NOT NULL REFERENCES people,
  day       date NOT NULL,
  sent_at   timestamptz NOT NULL,
  PRIMARY KEY (person_id, day)
);

-- A calendar address that can be subscribed to is a token of its own kind: it opens nothing else.
ALTER TABLE tokens DROP CONSTRAINT tokens_kind_check;
ALTER TABLE tokens ADD CONSTRAINT tokens_kind_check CHECK (kind IN ('session', 'bearer', 'calendar'));
