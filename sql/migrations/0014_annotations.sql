-- Annotations of mailboxes and of the server (RFC 5464).

CREATE TABLE annotations (
    mailbox_id  bigint REFERENCES mailboxes ON DELETE CASCADE,  -- null: the server
    user_id     bigint REFERENCES users ON DELETE CASCADE,      -- whose /private entry; null: /shared
    entry       text COLLATE "C" NOT NULL,                      -- in small letters
    value       bytea COMPRESSION lz4 NOT NULL,
    CHECK ((user_id IS NOT NULL) = starts_with(entry, '/private/'))
);
-- Queries name the server and the user of shared entries 0, which this index can look up.
CREATE UNIQUE INDEX annotations_by_entry
    ON annotations (coalesce(mailbox_id, 0), coalesce(user_id, 0), entry);
-- For those who go.
CREATE INDEX annotations_by_mailbox ON annotations (mailbox_id) WHERE mailbox_id IS NOT NULL;
CREATE INDEX annotations_by_user ON annotations (user_id) WHERE user_id IS NOT NULL;

-- A row more in the list of what happens (0001):
--   metadata annotations were set or removed: detail has their entries; those of user_id only
-- The rows that are there need not be looked at.
ALTER TABLE journal
    DROP CONSTRAINT journal_kind_check,
    ADD CONSTRAINT journal_kind_check
        CHECK (kind IN ('append', 'flags', 'seen', 'expunge', 'acl', 'mailbox', 'metadata'))
        NOT VALID;
