-- Scripts for the events of IMAP (RFC 6785): docs/sieve.md.

-- Whether a mailbox asks for one, beside its rights: an empty value, too, is the mailbox's own
-- answer, and only without one that of the server counts (section 2.3.1). Whoever changes it
-- gives mailboxes another rights_modseq, so that what was remembered of them is asked for again.
CREATE OR REPLACE VIEW live_mailboxes AS
    SELECT m.id, coalesce(m.owner_id, 0) AS owner_id, u.login AS owner, m.name, m.uidvalidity,
           m.special_use, m.seen_per_user, s.rights_modseq, s.highest_modseq, s.first_recent,
           m.auto_subscribe, coalesce(m.quota_root_id, u.quota_root_id) AS quota_root_id,
           m.filter_version,
           (SELECT length(a.value) > 0
            FROM annotations a
            WHERE coalesce(a.mailbox_id, 0) IN (m.id, 0) AND coalesce(a.user_id, 0) = 0
              AND a.entry = '/shared/imapsieve/script'
            ORDER BY a.mailbox_id NULLS LAST
            LIMIT 1) IS TRUE AS has_events
    FROM mailboxes m
    JOIN mailbox_state s ON s.mailbox_id = m.id
    LEFT JOIN users u ON u.id = m.owner_id
    WHERE m.deleted_at IS NULL;
