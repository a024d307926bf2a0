-- The search index: docs/architecture.md, "Search".
--
-- Whatever is here can be made again from the messages. A mailbox is indexed in
-- blocks of messages that follow each other; what is not in a block is read when
-- it is searched.

CREATE TABLE search_state (
    mailbox_id    bigint PRIMARY KEY REFERENCES mailboxes ON DELETE CASCADE,
    edition       integer NOT NULL,                 -- of the program that made the blocks
    indexed_uid   bigint NOT NULL DEFAULT 0,        -- all messages up to here were looked at
    generation    bigint NOT NULL DEFAULT 1,        -- goes up when somebody takes the mailbox …
    leased_until  timestamptz NOT NULL              -- … for as long
) WITH (fillfactor = 50);

CREATE TABLE search_blocks (
    mailbox_id    bigint NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    first_uid     bigint NOT NULL,
    last_uid      bigint NOT NULL,
    edition       integer NOT NULL,
    messages      integer NOT NULL,
    slices        integer NOT NULL,                 -- a power of two
    uids          int8multirange NOT NULL,          -- the messages that are in it
    checked_at    timestamptz NOT NULL DEFAULT now(),  -- for messages that are gone
    PRIMARY KEY (mailbox_id, first_uid)
);
CREATE INDEX search_blocks_by_check ON search_blocks (checked_at);

-- Columns have negative numbers, slices the others: server/mail/search_block.h.
CREATE TABLE search_pieces (
    mailbox_id    bigint NOT NULL,
    first_uid     bigint NOT NULL,
    number        integer NOT NULL,
    octets        bytea COMPRESSION lz4 NOT NULL,
    PRIMARY KEY (mailbox_id, first_uid, number),
    FOREIGN KEY (mailbox_id, first_uid) REFERENCES search_blocks ON DELETE CASCADE
);
