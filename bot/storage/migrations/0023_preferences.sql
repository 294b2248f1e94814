-- What rings on a phone: how urgent a message is, and what each person wants to hear.
ALTER TABLE outbox ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0;        -- domain.Urgency
UPDATE outbox SET urgency = 1 WHERE kind != 'screen' AND sent_at IS NULL; -- as the version that stored them meant it
ALTER TABLE people ADD COLUMN rings_from INTEGER NOT NULL DEFAULT 1;     -- domain.Urgency: the least that rings
ALTER TABLE people ADD COLUMN hears_others INTEGER NOT NULL DEFAULT 1;   -- 0: what other admins started rings for them, not here
