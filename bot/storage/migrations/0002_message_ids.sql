-- The person's message that the update brought, 0 when it brought none: not one that we have lost.
ALTER TABLE inbox ADD COLUMN message_id INTEGER NOT NULL DEFAULT 0;
