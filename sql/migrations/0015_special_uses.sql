-- Special uses (RFC 6154) as each user has them. mailboxes.special_use is what the
-- administrator chose, for the owner of a personal mailbox or all who see a shared one.

CREATE TABLE special_uses (
    user_id     bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    mailbox_id  bigint NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    uses        text[] NOT NULL,  -- empty: none, whatever was chosen for all
    PRIMARY KEY (user_id, mailbox_id)
);
CREATE INDEX special_uses_by_mailbox ON special_uses (mailbox_id);
-- Those with a use for all: a user's choice may take it from them.
CREATE INDEX mailboxes_by_special_use ON mailboxes (coalesce(owner_id, 0))
    WHERE special_use IS NOT NULL;

-- As LIST shows them, null when there are none: the user's own choice, else that for all.
-- user_id 0 is the administrator on the command line.
CREATE FUNCTION special_uses_shown(own text[], for_all text, owner_id bigint, user_id bigint)
RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT nullif(CASE WHEN $1 IS NOT NULL THEN array_to_string($1, ' ')
                       WHEN $3 = 0 OR $3 = $4 OR $4 = 0 THEN $2
                  END, '')
$$;
