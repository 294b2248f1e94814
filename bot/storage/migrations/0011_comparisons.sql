-- Which of two models people like better, without knowing which is which. No words.
CREATE TABLE comparisons (
    id         INTEGER PRIMARY KEY,
    request_id INTEGER NOT NULL UNIQUE,                -- the command or press that started it
    model_a    INTEGER NOT NULL REFERENCES models (id),
    model_b    INTEGER NOT NULL REFERENCES models (id),
    n_first    INTEGER NOT NULL,                       -- votes that were wanted at first
    n_wanted   INTEGER NOT NULL,                       -- votes that are wanted now: more once it was prolonged
    every      INTEGER NOT NULL,                       -- every so many-th answer of a tester is a pair
    started_by INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,                                -- NULL: it runs
    ending     TEXT,                                   -- domain.Ending; NULL: it runs
    CHECK (model_a != model_b),
    CHECK ((ended_at IS NULL) = (ending IS NULL))
) STRICT;
CREATE UNIQUE INDEX comparisons_running ON comparisons ((ended_at IS NULL)) WHERE ended_at IS NULL; -- one at a time

CREATE TABLE pairs (                                   -- two answers to one question
    request_id    INTEGER PRIMARY KEY,                 -- of the question and the first turn; the other turn has it negated
    comparison_id INTEGER NOT NULL REFERENCES comparisons (id),
    person_id     INTEGER NOT NULL,
    is_a_first    INTEGER NOT NULL,                    -- answer 1 is model_a's
    is_first_kept INTEGER NOT NULL,                    -- answer 1 is the turn without a minus
    vote          TEXT,                                -- domain.Vote; NULL: none yet
    voted_at      INTEGER
) STRICT;
CREATE INDEX pairs_by_comparison ON pairs (comparison_id, vote);
