-- Version 2: a second method of training, from pairs of answers.
ALTER TABLE jobs ADD COLUMN method TEXT NOT NULL DEFAULT 'supervised'; -- domain.Method
ALTER TABLE jobs ADD COLUMN beta REAL;                                 -- of DPO; null: auto
