-- By when an alert must have been seen; then it goes to the next person. 'infinity': it may wait.
ALTER TABLE alerts ADD COLUMN answer_by timestamptz NOT NULL DEFAULT 'infinity';
ALTER TABLE alerts ADD COLUMN passed_from bigint REFERENCES alerts;   -- the alert nobody answered
ALTER TABLE alerts ADD COLUMN passed_on_at timestamptz;               -- this one went to the next person
ALTER TABLE alerts ADD COLUMN passed_why text CHECK (passed_why IN ('unread', 'unreachable'));
-- There is no need any more: the clock has stopped, or its date has moved.
ALTER TABLE alerts ADD COLUMN stepped_down_at timestamptz;
ALTER TABLE alerts ADD COLUMN stepped_down_why text CHECK (stepped_down_why IN ('solved', 'moved', 'paused'));
CREATE INDEX alerts_unanswered ON alerts (answer_by, id)
  WHERE acknowledged_at IS NULL AND passed_on_at IS NULL AND stepped_down_at IS NULL AND answer_by < 'infinity';
CREATE INDEX alerts_clock_open ON alerts (clock_id) WHERE stepped_down_at IS NULL;
CREATE INDEX alerts_cards ON alerts (created_at, card);
