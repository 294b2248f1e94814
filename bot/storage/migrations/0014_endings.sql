-- How an answer ended, and whether the person asked for the rest of one that was cut.
ALTER TABLE turns ADD COLUMN ending TEXT;                          -- domain.Ending; NULL: from before it was kept
ALTER TABLE turns ADD COLUMN n_parts INTEGER NOT NULL DEFAULT 1;   -- answers of the model that make up this one
UPDATE turns SET ending = 'stopped' WHERE is_stopped != 0;
ALTER TABLE turns DROP COLUMN is_stopped;
CREATE INDEX turns_cut ON turns (created_at) WHERE ending = 'cut_by_length' OR n_parts > 1;
