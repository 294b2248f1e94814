-- Trials: side by side with the base model, judged, and tried again where nobody answers yet.
ALTER TABLE trials ADD COLUMN base_model TEXT;        -- NULL: none to compare with
ALTER TABLE trials ADD COLUMN trouble TEXT;           -- JSON [key, params] of why nothing came; NULL: none
ALTER TABLE trials ADD COLUMN base_trouble TEXT;      -- the same of the base model
ALTER TABLE trials ADD COLUMN judgement TEXT;         -- JSON, domain.Judgement; NULL: nothing to judge
ALTER TABLE trials ADD COLUMN waiting_since INTEGER;  -- since when an unserved model is waited for
ALTER TABLE trials ADD COLUMN next_at INTEGER;        -- when it is asked again; NULL: not by itself
CREATE INDEX trials_waiting ON trials (next_at) WHERE next_at IS NOT NULL;
-- The column `answers` holds [prompt, answer, base model's answer, is cut]; older rows the first two.

CREATE TABLE trial_checks (                           -- who wants to know now whether it answers
    trial_id   INTEGER NOT NULL REFERENCES trials (id),
    person_id  INTEGER NOT NULL,
    request_id INTEGER NOT NULL,                      -- the press
    PRIMARY KEY (trial_id, person_id)
) STRICT, WITHOUT ROWID;
