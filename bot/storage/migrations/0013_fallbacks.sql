-- A model that is gone is replaced by one that answered before it; a question that got no answer can be asked again.
ALTER TABLE servings ADD COLUMN instead_of INTEGER REFERENCES models (id); -- the model that was gone; NULL: chosen, or the first one

CREATE TABLE open_questions (                                              -- the last question of a chat, if no answer came
    chat_id     INTEGER PRIMARY KEY,
    question_id INTEGER NOT NULL,                                          -- the person's message
    text        TEXT    NOT NULL
) STRICT;
