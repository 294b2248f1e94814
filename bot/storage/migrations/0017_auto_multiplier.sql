-- A plan may leave the multiplier to the provider ("auto"): NULL. The job tells later what it became.
ALTER TABLE training_runs ADD COLUMN multiplier REAL;
UPDATE training_runs SET multiplier = learning_rate_multiplier;
ALTER TABLE training_runs DROP COLUMN learning_rate_multiplier;
ALTER TABLE training_runs RENAME COLUMN multiplier TO learning_rate_multiplier;
ALTER TABLE jobs ADD COLUMN learning_rate_multiplier REAL; -- NULL: the provider has not told a number
