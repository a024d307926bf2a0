-- What changes of the server itself, for those who want to be notified (RFC 5465 section 5.7).

-- The one row that whoever changes the server's annotations locks: rows of server_journal
-- become visible in their order, so that a reader that knows one has missed none before it.
CREATE TABLE server_state (
    single          boolean PRIMARY KEY DEFAULT true CHECK (single),
    highest_modseq  bigint NOT NULL
);
INSERT INTO server_state (highest_modseq) VALUES (0);

-- Entries that have changed, one row for those of each user and for the shared ones.
CREATE TABLE server_journal (
    modseq   bigint PRIMARY KEY,
    user_id  bigint REFERENCES users ON DELETE CASCADE,  -- private to this user
    entries  text NOT NULL,                              -- spaces between
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX server_journal_by_user ON server_journal (user_id) WHERE user_id IS NOT NULL;
