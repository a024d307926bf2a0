-- Mod-sequences as one user sees them (RFC 7162): the younger of the entry's and
-- that of the user's own \Seen, which is in the journal as long as the journal
-- goes back. Before that, the page says when something in it has changed last.

ALTER TABLE seen_pages ADD COLUMN modseq bigint NOT NULL DEFAULT 0;
UPDATE seen_pages p
SET modseq = s.highest_modseq
FROM mailbox_state s
WHERE s.mailbox_id = p.mailbox_id;

CREATE INDEX journal_by_user ON journal (mailbox_id, user_id, modseq) WHERE user_id IS NOT NULL;

-- What a change that must find flags as they were may not touch: UIDs of which a flag
-- among `flags` (bit 0, where it is per user: that of the user) has changed after a
-- modseq, other than by the change before it, which is the other half of the same STORE.
CREATE FUNCTION uids_changed_since(mailbox_id bigint, since bigint, flags bigint, user_id bigint,
                                   own_change_id bigint)
RETURNS int8multirange
LANGUAGE sql STABLE AS $$
    SELECT coalesce(range_agg(j.uids), '{}'::int8multirange)
    FROM journal j
    WHERE j.mailbox_id = $1 AND j.modseq > $2
      AND (j.kind = 'append'
           OR (j.kind = 'flags' AND (j.flags_cleared | j.flags_set) & $3 <> 0)
           OR (j.kind = 'seen' AND j.user_id = $4 AND $3 & 1 = 1))
      AND j.change_id IS DISTINCT FROM $5
$$;
