-- Who wants to be told about the week on Mondays.
ALTER TABLE people ADD COLUMN week_at INTEGER;         -- the next Monday on which they are told, Unix time; NULL: they do not want it
