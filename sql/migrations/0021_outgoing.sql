-- Mail that scripts send: docs/mail-out.md.

-- One row for each mail and recipient until it is sent. What is redirected refers to the message
-- it came as, what a script has written is a letter of its own. Whoever sends one holds it until
-- leased_until: another may take it then, as the first one was killed.
CREATE TABLE outgoing (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('redirect', 'vacation', 'notify')),
    written_for  text NOT NULL,          -- the address whose script wants it sent
    sender       text NOT NULL,          -- of the envelope; '' is <>
    recipient    text NOT NULL,
    fields       bytea NOT NULL,         -- before the message's own
    message_id   bigint REFERENCES messages,
    letter       bytea COMPRESSION lz4,
    home_id      bigint,                 -- the mailbox that gets it when nobody takes it; null: none
    refused      boolean NOT NULL DEFAULT false, -- nobody takes it
    queued_at    timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    due_at       timestamptz NOT NULL DEFAULT now(),
    leased_until timestamptz,
    attempts     bigint NOT NULL DEFAULT 0, -- tells whoever holds it from those who did before
    problem      text NOT NULL DEFAULT '',
    CHECK ((message_id IS NULL) <> (letter IS NULL))
);
CREATE INDEX outgoing_by_time ON outgoing (due_at);
CREATE INDEX outgoing_by_message ON outgoing (message_id) WHERE message_id IS NOT NULL;

-- What was queued, by a digest of whose script, what and to whom: a message that is brought
-- again is not sent again, and a sender gets one vacation reply in its time.
CREATE TABLE outgoing_memory (
    digest  bytea PRIMARY KEY,
    until   timestamptz NOT NULL
);
CREATE INDEX outgoing_memory_by_time ON outgoing_memory (until);
