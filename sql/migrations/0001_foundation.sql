-- The foundation: who there is, which mailboxes, what is in them, what happened.
--
-- Reading order: users and groups, mailboxes and their one hot row, rights,
-- content, entries, the journal. docs/architecture.md explains the whys.

-- Who there is ------------------------------------------------------------------

CREATE TABLE users (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login       text COLLATE "C" NOT NULL UNIQUE,   -- NFC
    verifier    text NOT NULL,                      -- SCRAM-SHA-256$<iterations>:<salt>$<stored>:<server>
    disabled    boolean NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE groups (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text COLLATE "C" NOT NULL UNIQUE,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE group_members (
    group_id    bigint NOT NULL REFERENCES groups ON DELETE CASCADE,
    user_id     bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (user_id, group_id)
);
CREATE INDEX group_members_by_group ON group_members (group_id);

-- Random octets that all workers of an installation share, made by whoever needs
-- them first: "scram" is the key from which verifiers of unknown users are made up.
CREATE TABLE secrets (
    name        text COLLATE "C" PRIMARY KEY,
    octets      bytea NOT NULL
);

-- Mailboxes -----------------------------------------------------------------------

-- A mailbox that is made again under an old name must get a higher UIDVALIDITY
-- (RFC 3501 section 2.3.1.1), also within the same second.
CREATE SEQUENCE uidvalidity MAXVALUE 4294967295;
SELECT setval('uidvalidity', extract(epoch FROM now())::bigint);

CREATE TABLE mailboxes (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id      bigint REFERENCES users,    -- null: shared
    name          text COLLATE "C" NOT NULL,  -- path below its namespace, "/" between levels
    uidvalidity   bigint NOT NULL DEFAULT nextval('uidvalidity'),
    special_use   text,                       -- "\Sent" … (RFC 6154)
    seen_per_user boolean NOT NULL,           -- \Seen per user (shared mailboxes) or a flag like others
    created_at    timestamptz NOT NULL DEFAULT now(),
    deleted_at    timestamptz                 -- kept until the retention ends
);
-- Queries name the owner of a shared mailbox 0, which this index can look up.
CREATE UNIQUE INDEX mailboxes_by_name ON mailboxes (coalesce(owner_id, 0), name)
    WHERE deleted_at IS NULL;
-- Deleted ones, too: a user who goes leaves none behind.
CREATE INDEX mailboxes_by_owner ON mailboxes (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX mailboxes_deleted ON mailboxes (deleted_at) WHERE deleted_at IS NOT NULL;

-- The one hot row of a mailbox. Whoever changes a mailbox locks it first and
-- holds it to commit; several are locked in ascending order. Readers of the
-- journal rely on that.
CREATE TABLE mailbox_state (
    mailbox_id     bigint PRIMARY KEY REFERENCES mailboxes ON DELETE CASCADE,
    uidnext        bigint NOT NULL DEFAULT 1,
    highest_modseq bigint NOT NULL DEFAULT 1,
    rights_modseq  bigint NOT NULL DEFAULT 1,  -- modseq of the last change of who may what here
    first_recent   bigint NOT NULL DEFAULT 1,  -- UIDs below were \Recent for somebody already
    messages       bigint NOT NULL DEFAULT 0,
    deleted        bigint NOT NULL DEFAULT 0,  -- messages with \Deleted
    seen           bigint NOT NULL DEFAULT 0,  -- messages with \Seen where it is not per user
    bytes          bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- Bit 5 to 62 of entries.flags.
CREATE TABLE mailbox_keywords (
    mailbox_id  bigint NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    bit         smallint NOT NULL CHECK (bit BETWEEN 5 AND 62),
    name        text COLLATE "C" NOT NULL,
    PRIMARY KEY (mailbox_id, bit)
);
CREATE UNIQUE INDEX mailbox_keywords_by_name ON mailbox_keywords (mailbox_id, lower(name));

-- By name: a subscription may be older or younger than the mailbox (RFC 3501
-- section 6.3.6).
CREATE TABLE subscriptions (
    user_id     bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    owner_id    bigint REFERENCES users ON DELETE CASCADE,  -- null: shared
    name        text COLLATE "C" NOT NULL,
    UNIQUE NULLS NOT DISTINCT (user_id, owner_id, name)
);
CREATE INDEX subscriptions_by_owner ON subscriptions (owner_id) WHERE owner_id IS NOT NULL;

-- Rights (RFC 4314) -----------------------------------------------------------------

-- The identifier is a user, a group, or (both null) anyone.
CREATE TABLE acl (
    mailbox_id  bigint NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    user_id     bigint REFERENCES users ON DELETE CASCADE,
    group_id    bigint REFERENCES groups ON DELETE CASCADE,
    negative    boolean NOT NULL DEFAULT false,
    rights      integer NOT NULL,                -- bits of include/model/rights.h
    granted_by  text NOT NULL,
    granted_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz,
    CHECK (user_id IS NULL OR group_id IS NULL),
    UNIQUE NULLS NOT DISTINCT (mailbox_id, user_id, group_id, negative)
);
-- The reverse question: what may this user see?
CREATE INDEX acl_by_user ON acl (user_id, mailbox_id) WHERE user_id IS NOT NULL;
CREATE INDEX acl_by_group ON acl (group_id, mailbox_id) WHERE group_id IS NOT NULL;
CREATE INDEX acl_by_anyone ON acl (mailbox_id) WHERE user_id IS NULL AND group_id IS NULL;

-- Content -----------------------------------------------------------------------------

-- One row for each distinct content, however many mailboxes hold it. Immutable.
CREATE TABLE messages (
    id            bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    sha256        bytea NOT NULL UNIQUE,
    size          bigint NOT NULL,
    header        bytea COMPRESSION lz4 NOT NULL,   -- the message's own header, as received
    envelope      bytea COMPRESSION lz4 NOT NULL,   -- RFC 3501 notation, made at append
    bodystructure bytea COMPRESSION lz4 NOT NULL,   -- RFC 3501 notation, made at append
    parts         bytea COMPRESSION lz4 NOT NULL,   -- part offsets (mime_tree_encode)
    message_id    bytea,                            -- the Message-ID field
    sent_day      integer,                          -- local day of Date:, days since 1970-01-01
    sent_at       timestamptz,
    stored_at     timestamptz NOT NULL DEFAULT now()
);

-- Content that was stored and never came into a mailbox (the server was killed in
-- between, the mailbox was gone) is looked for once, when it is a day old: ids up
-- to this one have been looked at.
CREATE TABLE orphan_sweep (
    single      boolean PRIMARY KEY DEFAULT true CHECK (single),
    message_id  bigint NOT NULL
);
INSERT INTO orphan_sweep (message_id) VALUES (0);

-- The octets exactly as received, CHUNK_SIZE (256 KiB) each. Written before
-- the messages row exists, hence no foreign key.
CREATE TABLE message_chunks (
    message_id  bigint NOT NULL,
    n           integer NOT NULL,
    octets      bytea COMPRESSION lz4 NOT NULL,
    PRIMARY KEY (message_id, n)
);

-- Messages that arrive in several chunks; rows a crash left behind are swept.
CREATE TABLE uploads (
    message_id  bigint PRIMARY KEY,
    started_at  timestamptz NOT NULL DEFAULT now()
);

-- What is in a mailbox ------------------------------------------------------------------

-- Narrow, and no index on what changes, so that flag updates stay HOT.
CREATE TABLE entries (
    mailbox_id    bigint NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    uid           bigint NOT NULL CHECK (uid BETWEEN 1 AND 4294967295),
    message_id    bigint NOT NULL REFERENCES messages,
    flags         bigint NOT NULL,
    modseq        bigint NOT NULL,
    size          bigint NOT NULL,
    internal_date timestamptz NOT NULL,
    save_date     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (mailbox_id, uid)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX entries_by_message ON entries (message_id);

-- \Seen where it is per user: one bit a message, uid % 8192 of page uid / 8192.
-- Bits of messages that are gone are cleared, so that bits can be counted.
CREATE TABLE seen_pages (
    mailbox_id  bigint NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    user_id     bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    page        integer NOT NULL,
    bits        bit(8192) NOT NULL,
    PRIMARY KEY (mailbox_id, user_id, page)
) WITH (fillfactor = 50);
CREATE INDEX seen_pages_by_page ON seen_pages (mailbox_id, page); -- to clear bits for everybody
CREATE INDEX seen_pages_by_user ON seen_pages (user_id);

-- What can be given back until the retention ends.
CREATE TABLE expunged (
    mailbox_id    bigint NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    uid           bigint NOT NULL,
    message_id    bigint NOT NULL REFERENCES messages,
    flags         bigint NOT NULL,
    size          bigint NOT NULL,
    internal_date timestamptz NOT NULL,
    modseq        bigint NOT NULL,               -- of the journal row that took it away
    expunged_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (mailbox_id, uid)
);
CREATE INDEX expunged_by_message ON expunged (message_id);
CREATE INDEX expunged_by_time ON expunged (expunged_at);

-- What happened -----------------------------------------------------------------------------

-- One row for each modseq of a mailbox, without gaps: a reader that knows
-- modseq N and reads N+1, N+2 … has missed nothing.
--   append   uids came
--   flags    flags of uids: flags & ~flags_cleared | flags_set
--   seen     \Seen of user_id changed for uids (flags_set or flags_cleared is 1)
--   expunge  uids went
--   acl      who may what changed (detail says how)
--   mailbox  the mailbox was renamed, deleted or changed its settings (detail)
CREATE TABLE journal (
    mailbox_id    bigint NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    modseq        bigint NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('append', 'flags', 'seen', 'expunge', 'acl', 'mailbox')),
    uids          int8multirange,
    flags_cleared bigint NOT NULL DEFAULT 0,
    flags_set     bigint NOT NULL DEFAULT 0,
    user_id       bigint,                        -- private to this user
    actor         text NOT NULL,                 -- login name, or "postroomctl"
    client        text NOT NULL,                 -- remote address
    detail        text,
    change_id     bigint,                        -- made up by the writer: it looks the change up
                                                 -- by it when the answer to COMMIT was lost
    at            timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (mailbox_id, modseq)
);

-- What several queries share ------------------------------------------------------------------

CREATE VIEW live_mailboxes AS
    SELECT m.id, coalesce(m.owner_id, 0) AS owner_id, u.login AS owner, m.name, m.uidvalidity,
           m.special_use, m.seen_per_user, s.rights_modseq
    FROM mailboxes m
    JOIN mailbox_state s ON s.mailbox_id = m.id
    LEFT JOIN users u ON u.id = m.owner_id
    WHERE m.deleted_at IS NULL;

-- Who may what (RFC 4314 section 2): the positive rows that concern the user,
-- minus the negative ones; the owner keeps l and a (1024 + 1) whatever they say.
-- user_id 0 is the administrator on the command line. rights_until is when the
-- first of these rows expires.
CREATE FUNCTION effective_rights(mailbox_id bigint, owner_id bigint, user_id bigint)
RETURNS TABLE (rights integer, rights_until timestamptz)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT CASE WHEN $3 = 0 THEN 2047
                ELSE (coalesce(bit_or(a.rights) FILTER (WHERE NOT a.negative), 0)
                      & ~ coalesce(bit_or(a.rights) FILTER (WHERE a.negative), 0))
                     | CASE WHEN $2 = $3 THEN 1025 ELSE 0 END
           END,
           min(a.expires_at)
    FROM acl a
    WHERE a.mailbox_id = $1
      AND (a.expires_at IS NULL OR a.expires_at > now())
      AND (a.user_id = $3
           OR (a.user_id IS NULL AND a.group_id IS NULL)
           OR a.group_id IN (SELECT g.group_id FROM group_members g WHERE g.user_id = $3))
$$;

-- "lrs" for the journal; the order of bits is that of include/model/rights.h.
CREATE FUNCTION rights_letters(rights integer) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(string_agg(substr('lrswipkxtea', bit + 1, 1), '' ORDER BY bit), '')
    FROM generate_series(0, 10) AS bit
    WHERE ($1 >> bit) & 1 = 1
$$;

-- The state of a mailbox whose row the transaction has locked, for a change by
-- somebody who knows its rights as of a modseq: stale when they are younger. No
-- row: the mailbox is gone. modseq is the one that the change gets.
CREATE FUNCTION mailbox_to_change(mailbox_id bigint, known_rights_modseq bigint)
RETURNS TABLE (stale boolean, uidnext bigint, modseq bigint, uidvalidity bigint,
               seen_per_user boolean)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT s.rights_modseq > $2, s.uidnext, s.highest_modseq + 1, m.uidvalidity, m.seen_per_user
    FROM mailbox_state s
    JOIN mailboxes m ON m.id = s.mailbox_id
    WHERE s.mailbox_id = $1 AND m.deleted_at IS NULL
$$;

-- UIDs as bits of seen_pages. A range becomes ones from its start to the page's
-- end without the ones from its end on.
CREATE FUNCTION seen_masks(uids int8multirange) RETURNS TABLE (page integer, mask bit)
LANGUAGE sql IMMUTABLE AS $$
    SELECT p::integer,
           bit_or(((~ B'0'::bit(8192)) >> greatest(lower(r) - p * 8192, 0)::integer)
                  & ~ ((~ B'0'::bit(8192)) >> least(upper(r) - p * 8192, 8192)::integer))
    FROM unnest($1) AS r, generate_series(lower(r) / 8192, (upper(r) - 1) / 8192) AS p
    GROUP BY p
$$;
