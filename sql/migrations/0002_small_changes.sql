-- Small changes (sql/queries/change_small.sql): many mailboxes in one statement.

-- The state of a mailbox whose row the transaction has locked, for a change by
-- somebody who knows its rights as of a modseq: stale when they are younger, or
-- when the user may not log in any more (0: the administrator). No row: the mailbox
-- is gone.
CREATE FUNCTION small_mailbox(mailbox_id bigint, known_rights_modseq bigint, user_id bigint)
RETURNS TABLE (stale boolean, uidvalidity bigint, uidnext bigint, highest_modseq bigint)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT s.rights_modseq > $2
               OR ($3 <> 0 AND NOT EXISTS (SELECT FROM users u WHERE u.id = $3 AND NOT u.disabled)),
           m.uidvalidity, s.uidnext, s.highest_modseq
    FROM mailbox_state s
    JOIN mailboxes m ON m.id = s.mailbox_id
    WHERE s.mailbox_id = $1 AND m.deleted_at IS NULL
$$;
