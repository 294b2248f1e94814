-- An admin let a model answer although its verdict advised against it, and said so twice.
ALTER TABLE servings ADD COLUMN despite INTEGER REFERENCES trials (id);   -- the trial with that verdict; NULL: none advised against it
