-- Quota (RFC 9208): docs/quota.md.
--
-- A quota root limits what its mailboxes hold together. A user's mailboxes count for
-- the user's root, if one was set; a shared mailbox for the root of the tree it is in.
-- What they hold is no column here: mailbox_state has it, and a counter of the root
-- would be a second hot row, at which changes of different mailboxes met.

CREATE TABLE quota_roots (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text COLLATE "C" NOT NULL UNIQUE,  -- "user/LOGIN", or what was chosen for a tree
    user_id     bigint UNIQUE REFERENCES users ON DELETE CASCADE,
    storage     bigint CHECK (storage >= 0),       -- octets; null: no limit
    messages    bigint CHECK (messages >= 0),
    mailboxes   bigint CHECK (mailboxes >= 0)
);

-- That of the user, beside the login: whoever looks a mailbox up learns its root from
-- rows that are read anyway.
ALTER TABLE users ADD COLUMN quota_root_id bigint REFERENCES quota_roots ON DELETE SET NULL;
CREATE INDEX users_by_quota_root ON users (quota_root_id) WHERE quota_root_id IS NOT NULL;

-- Of shared mailboxes only. The top is the mailbox to which the root was attached: this
-- one, or one above it when this one was made or moved there.
ALTER TABLE mailboxes
    ADD COLUMN quota_root_id bigint REFERENCES quota_roots ON DELETE SET NULL,
    ADD COLUMN quota_top_id bigint,
    ADD CHECK (owner_id IS NULL OR quota_root_id IS NULL);
CREATE INDEX mailboxes_by_quota_root ON mailboxes (quota_root_id) WHERE quota_root_id IS NOT NULL;

CREATE OR REPLACE VIEW live_mailboxes AS
    SELECT m.id, coalesce(m.owner_id, 0) AS owner_id, u.login AS owner, m.name, m.uidvalidity,
           m.special_use, m.seen_per_user, s.rights_modseq, s.highest_modseq, s.first_recent,
           m.auto_subscribe, coalesce(m.quota_root_id, u.quota_root_id) AS quota_root_id
    FROM mailboxes m
    JOIN mailbox_state s ON s.mailbox_id = m.id
    LEFT JOIN users u ON u.id = m.owner_id
    WHERE m.deleted_at IS NULL;

-- What the mailboxes of a root hold, or those of a user (null: of nobody).
CREATE FUNCTION quota_used(root_id bigint, user_id bigint)
RETURNS TABLE (storage bigint, messages bigint, mailboxes bigint)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT coalesce(sum(s.bytes), 0)::bigint, coalesce(sum(s.messages), 0)::bigint, count(*)
    FROM (SELECT id FROM mailboxes WHERE quota_root_id = $1 AND deleted_at IS NULL
          UNION ALL
          SELECT id FROM mailboxes WHERE owner_id = $2 AND deleted_at IS NULL) m
    CROSS JOIN LATERAL (SELECT s.bytes, s.messages FROM mailbox_state s
                        WHERE s.mailbox_id = m.id
                        OFFSET 0) s
$$;

-- The root that a shared mailbox of this name gets from the closest one above it. One
-- row, of nulls when there is none.
CREATE FUNCTION quota_above(name text) RETURNS TABLE (root_id bigint, top_id bigint)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT above.quota_root_id, above.quota_top_id
    FROM (SELECT string_to_array($1, '/') AS levels) split
    LEFT JOIN LATERAL (SELECT m.quota_root_id, m.quota_top_id
                       FROM generate_series(1, cardinality(levels) - 1) AS depth
                       JOIN mailboxes m ON coalesce(m.owner_id, 0) = 0 AND m.deleted_at IS NULL
                                       AND m.name = array_to_string(levels[1:depth], '/')
                       ORDER BY depth DESC
                       LIMIT 1) above ON true
$$;

-- The root of a mailbox that is given this name, whose tree was taken out of the
-- index of names (tree_lift). One that was attached inside the tree, or whose top is gone
-- altogether, comes along; any other is that of where the tree goes. A personal mailbox
-- has none of its own.
CREATE FUNCTION quota_carried(root_id bigint, top_id bigint, owner_id bigint, tree_name text)
RETURNS TABLE (new_root_id bigint, new_top_id bigint)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT CASE WHEN comes_along THEN $1 ELSE above.root_id END,
           CASE WHEN comes_along THEN $2 ELSE above.top_id END
    FROM (SELECT $1 IS NOT NULL
                 AND NOT EXISTS (SELECT FROM mailboxes top
                                 WHERE top.id = $2 AND top.deleted_at IS NULL) AS comes_along) kept
    CROSS JOIN quota_above($4) above
    WHERE $3 = 0
$$;

-- Whether somebody may set the limits of a tree's root: l and a (1025) on each mailbox that
-- it was attached to, of which there must be one. user_id 0 is the administrator on
-- the command line.
CREATE FUNCTION quota_administers(root_id bigint, user_id bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT $2 = 0 OR coalesce(bool_and(r.rights & 1025 = 1025), false)
    FROM mailboxes m
    CROSS JOIN LATERAL effective_rights(m.id, 0, $2) r
    WHERE m.quota_root_id = $1 AND m.quota_top_id = m.id AND m.deleted_at IS NULL
$$;

-- Limits for the journal.
CREATE FUNCTION quota_text(storage bigint, messages bigint, mailboxes bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT format('storage=%s messages=%s mailboxes=%s', coalesce($1::text, 'none'),
                  coalesce($2::text, 'none'), coalesce($3::text, 'none'))
$$;
