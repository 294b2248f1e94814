ALTER TABLE inbox ADD COLUMN is_late INTEGER NOT NULL DEFAULT 0;   -- 1: written or pressed while the bot was away for more than ten minutes
