-- Where mail goes: docs/mail-in.md.

-- Domains of ours: in them every user has an address of the login's name.
CREATE TABLE mail_domains (
    name        text COLLATE "C" PRIMARY KEY,     -- small letters, A-labels (RFC 5891)
    is_default  boolean NOT NULL DEFAULT false    -- of addresses without a domain
);
CREATE UNIQUE INDEX mail_domains_default ON mail_domains (is_default) WHERE is_default;

-- An address is a user's or a shared mailbox's. The local part '' is everybody else in the
-- domain.
CREATE TABLE addresses (
    domain      text COLLATE "C" NOT NULL,        -- as in mail_domains, but need not be there
    local       text COLLATE "C" NOT NULL,        -- small letters (ASCII), NFC
    user_id     bigint REFERENCES users ON DELETE CASCADE,
    mailbox_id  bigint REFERENCES mailboxes ON DELETE CASCADE,
    PRIMARY KEY (domain, local),
    CHECK ((user_id IS NULL) <> (mailbox_id IS NULL))
);
CREATE INDEX addresses_by_user ON addresses (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX addresses_by_mailbox ON addresses (mailbox_id) WHERE mailbox_id IS NOT NULL;

-- Case does not matter in addresses, though it does in logins.
CREATE INDEX users_by_small_login ON users (lower(login));

-- Whose the first of these local parts in a domain is: an address that was given, else the
-- login, whole or in a domain of ours. place says which one it was (1 is the first). No
-- row: nobody's. Local parts and domain in small letters.
CREATE FUNCTION find_address(locals text[], domain text)
RETURNS TABLE (user_id bigint, mailbox_id bigint, place bigint)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT found.user_id, found.mailbox_id, tried.place
    FROM unnest($1) WITH ORDINALITY AS tried (local, place)
    CROSS JOIN LATERAL (
        SELECT 1 AS rank, a.user_id, a.mailbox_id, NULL::text AS login
        FROM addresses a
        LEFT JOIN mailboxes m ON m.id = a.mailbox_id
        WHERE a.domain = $2 AND a.local = tried.local AND m.deleted_at IS NULL
        UNION ALL
        SELECT 2, u.id, NULL, u.login FROM users u WHERE lower(u.login) = tried.local || '@' || $2
        UNION ALL
        SELECT 3, u.id, NULL, u.login
        FROM users u
        JOIN mail_domains d ON d.name = $2
        WHERE lower(u.login) = tried.local
    ) AS found
    ORDER BY tried.place, found.rank, found.login
    LIMIT 1
$$;
