-- An answer may be stopped, and another one may take its place; neither is forgotten.
ALTER TABLE turns ADD COLUMN is_stopped INTEGER NOT NULL DEFAULT 0;  -- the person had heard enough: assistant_text is a part
ALTER TABLE turns ADD COLUMN replaced_by INTEGER;                    -- request_id of the turn in its place; NULL: it is history
ALTER TABLE turns ADD COLUMN question_id INTEGER;                    -- the person's message; NULL: from before it was kept
