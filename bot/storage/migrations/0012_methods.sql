-- What examples are for, and so how a run trains: by answers to repeat, or by pairs of answers.
ALTER TABLE datasets ADD COLUMN method TEXT NOT NULL DEFAULT 'supervised';      -- domain.TrainingMethod
ALTER TABLE training_runs ADD COLUMN method TEXT NOT NULL DEFAULT 'supervised'; -- its dataset's, when it was planned
ALTER TABLE jobs ADD COLUMN method TEXT NOT NULL DEFAULT 'supervised';          -- the provider's own word
