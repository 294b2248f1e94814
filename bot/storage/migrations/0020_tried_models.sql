-- An admin talks with a model alone, before it answers everybody or while another one does.
CREATE TABLE tried_models (
    person_id INTEGER PRIMARY KEY,
    model_id  INTEGER NOT NULL REFERENCES models (id),
    since_at  INTEGER NOT NULL                        -- Unix time, seconds
) STRICT;

-- People like the model that serves less than the one before it, and the admins were offered the
-- way back.
ALTER TABLE servings ADD COLUMN way_back_at INTEGER;  -- Unix time, seconds; NULL: not offered
