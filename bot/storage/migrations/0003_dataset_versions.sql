-- Versions of the dataset: from the settings, sent by phone, mended, or put aside for validation.
ALTER TABLE datasets ADD COLUMN name TEXT NOT NULL DEFAULT '';             -- what people call it; never a path
ALTER TABLE datasets ADD COLUMN origin TEXT NOT NULL DEFAULT 'settings';   -- domain.DatasetOrigin
ALTER TABLE datasets ADD COLUMN parent_id INTEGER REFERENCES datasets (id); -- what it was made from
ALTER TABLE datasets ADD COLUMN added_by INTEGER;                          -- NULL: the settings' file
ALTER TABLE datasets ADD COLUMN n_errors INTEGER NOT NULL DEFAULT 0;
ALTER TABLE datasets ADD COLUMN n_warnings INTEGER NOT NULL DEFAULT 0;
ALTER TABLE datasets ADD COLUMN size_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE datasets ADD COLUMN validation_id INTEGER REFERENCES datasets (id); -- the part put aside; NULL: none
ALTER TABLE datasets ADD COLUMN deleted_at INTEGER;                        -- NULL: there

ALTER TABLE training_runs ADD COLUMN validation_id INTEGER REFERENCES datasets (id);
ALTER TABLE training_runs ADD COLUMN validation_file TEXT;                 -- the provider's id of this run's own copy
