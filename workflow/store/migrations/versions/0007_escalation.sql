-- By when an alert must have been seen; then it goes to the next person. 'infinity': it may wait.
ALTER TABLE alerts ADD COLUMN answer_by timestamptz NOT NULL DEFAULT 'infinity';
ALTER TABLE alerts ADD COLUMN passed_from bigint REFERENCES alerts;   -- the alert nobody answered
ALTER TABLE alerts ADD COLUMN passed_on_at timestamptz;               -- this one went to the next person
ALTER TABLE alerts ADD COLUMN passed_to bigint REFERENCES alerts;     -- to whom; null then: there was nobody left
ALTER TABLE alerts ADD COLUMN passed_why text CHECK (passed_why IN ('unread', 'unreachable'));
ALTER TABLE alerts ADD COLUMN pass_attempts integer NOT NULL DEFAULT 0;
ALTER TABLE alerts ADD COLUMN pass_after timestamptz;                 -- passing on failed: tried again then
-- There is no need any more: the clock has stopped, or its date has moved.
ALTER TABLE alerts ADD COLUMN stepped_down_at timestamptz;
ALTER TABLE alerts ADD COLUMN stepped_down_why text CHECK (stepped_down_why IN ('solved', 'moved', 'paused'));
-- Whose case it was when the alert was raised: lists of one department are read by it.
ALTER TABLE alerts ADD COLUMN department text NOT NULL DEFAULT '';
UPDATE alerts a SET department = c.department FROM cases c WHERE c.id = a.case_id;

CREATE INDEX alerts_unanswered ON alerts (answer_by, id)
  WHERE acknowledged_at IS NULL AND passed_on_at IS NULL AND stepped_down_at IS NULL AND answer_by < 'infinity';
CREATE INDEX alerts_clock_open ON alerts (clock_id) WHERE stepped_down_at IS NULL;
CREATE INDEX alerts_held ON alerts (case_id) WHERE stepped_down_why = 'paused';
CREATE INDEX alerts_cards ON alerts (created_at, card);
-- An alert is passed on once, whoever does it.
CREATE UNIQUE INDEX alerts_passed_from ON alerts (passed_from) WHERE passed_from IS NOT NULL;
-- What waits in somebody's inbox: seen or needless, it does not.
DROP INDEX alerts_inbox_open;
CREATE INDEX alerts_inbox_open ON alerts (person_id, id DESC) WHERE acknowledged_at IS NULL AND stepped_down_at IS NULL;
-- What is open and has gone wrong, by department: nobody has answered, somebody else has it, nobody was left to have it.
CREATE INDEX alerts_late ON alerts (department, answer_by DESC, id DESC)
  WHERE acknowledged_at IS NULL AND passed_on_at IS NULL AND stepped_down_at IS NULL AND answer_by < 'infinity';
CREATE INDEX alerts_handed_on ON alerts (department, passed_on_at DESC, id DESC)
  WHERE acknowledged_at IS NULL AND stepped_down_at IS NULL AND passed_to IS NOT NULL;
CREATE INDEX alerts_of_nobody ON alerts (department, passed_on_at DESC, id DESC)
  WHERE acknowledged_at IS NULL AND stepped_down_at IS NULL AND passed_on_at IS NOT NULL AND passed_to IS NULL;
-- The tries of one message, as the proof of its delivery.
CREATE INDEX deliveries_outbox ON deliveries (outbox_id) WHERE outbox_id IS NOT NULL;
