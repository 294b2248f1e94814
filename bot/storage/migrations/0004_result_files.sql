-- The provider's id of the file with a job's metrics step by step; NULL: none, or not yet.
ALTER TABLE jobs ADD COLUMN result_file TEXT;
