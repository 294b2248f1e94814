ALTER TABLE inbox ADD COLUMN part_of INTEGER;          -- id of the first update of those that were handled as one; NULL: alone
