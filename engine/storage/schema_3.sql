-- Version 3: which key made a job or file, and files that expire. Earlier rows have neither.
ALTER TABLE jobs ADD COLUMN created_by TEXT;     -- access.fingerprint of the key; null: not known
ALTER TABLE files ADD COLUMN created_by TEXT;    -- the same; null for result files as well
ALTER TABLE files ADD COLUMN expires_at INTEGER; -- Unix time, seconds; null: never
CREATE INDEX files_by_expiry ON files (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX files_by_key ON files (created_by, size);
CREATE INDEX jobs_by_key ON jobs (created_by, status);
