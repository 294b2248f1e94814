ALTER TABLE outbox ADD COLUMN buttons_of INTEGER;      -- request_id of the turn whose buttons the message holds; NULL: of none, or they are gone
CREATE INDEX outbox_with_buttons ON outbox (chat_id, id) WHERE buttons_of IS NOT NULL;
UPDATE outbox
SET buttons_of = newest.request_id
FROM (
    SELECT request_id, row_number() OVER (PARTITION BY person_id ORDER BY id DESC) AS n
    FROM turns
    WHERE replaced_by IS NULL
) newest
WHERE newest.n <= 2 AND outbox.key = 'request:' || newest.request_id || ':0';

CREATE TABLE held_texts (                              -- a correction or a question: the person is asked which
    request_id INTEGER PRIMARY KEY,                    -- the update with the text
    person_id  INTEGER NOT NULL,
    turn_id    INTEGER NOT NULL,                       -- the turn's request_id that it may correct
    message_id INTEGER NOT NULL,
    text       TEXT    NOT NULL
) STRICT;
CREATE INDEX held_texts_by_person ON held_texts (person_id, message_id);
