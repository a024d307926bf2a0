-- Who looks a mailbox up with its rights learns in the same statement how far
-- it has come: SELECT of a mailbox that the worker knows asks nothing else.
CREATE OR REPLACE VIEW live_mailboxes AS
    SELECT m.id, coalesce(m.owner_id, 0) AS owner_id, u.login AS owner, m.name, m.uidvalidity,
           m.special_use, m.seen_per_user, s.rights_modseq, s.highest_modseq, s.first_recent
    FROM mailboxes m
    JOIN mailbox_state s ON s.mailbox_id = m.id
    LEFT JOIN users u ON u.id = m.owner_id
    WHERE m.deleted_at IS NULL;
