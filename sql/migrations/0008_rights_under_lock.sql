-- Rights are asked for before a transaction and hold in it only when they are
-- asked for again under the lock. CREATE and RENAME do so by this.

-- Whether somebody may put a mailbox below the one that is closest above it: it
-- still is the closest of these names (0: none of them exists), and the user has
-- l and k (64 + 1) there. user_id 0 is the administrator on the command line.
CREATE FUNCTION may_create_below(parent_id bigint, owner_id bigint, names_above text[],
                                 user_id bigint)
RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT m.id = $1 AND r.rights & 65 = 65
         FROM mailboxes m
         CROSS JOIN LATERAL effective_rights(m.id, $2, $4) r
         WHERE coalesce(m.owner_id, 0) = $2 AND m.deleted_at IS NULL AND m.name = ANY ($3)
         ORDER BY length(m.name) DESC
         LIMIT 1),
        $1 = 0)
$$;
