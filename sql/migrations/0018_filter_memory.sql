-- What filters remember, and whose: docs/sieve.md.

-- Identifiers that scripts have met (RFC 7352), of a user's script or of a mailbox's. The digest
-- is of whose it is and of the identifier.
CREATE TABLE filter_identifiers (
    digest      bytea PRIMARY KEY,
    user_id     bigint REFERENCES users ON DELETE CASCADE,
    mailbox_id  bigint REFERENCES mailboxes ON DELETE CASCADE,
    seen_at     timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    delivery_id bigint NOT NULL,    -- of the last that has seen it
    CHECK ((user_id IS NULL) <> (mailbox_id IS NULL))
);
CREATE INDEX filter_identifiers_by_user ON filter_identifiers (user_id, seen_at)
    WHERE user_id IS NOT NULL;
CREATE INDEX filter_identifiers_by_mailbox ON filter_identifiers (mailbox_id, seen_at)
    WHERE mailbox_id IS NOT NULL;
CREATE INDEX filter_identifiers_by_time ON filter_identifiers (expires_at);

-- A program that was compiled knows whose rights it has: what a user has written for mailboxes
-- gets another version when the account is disabled, or is no longer.
CREATE FUNCTION filter_author_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE mailboxes m SET filter_version = nextval('filter_versions')
    FROM sieve_scripts s
    WHERE s.mailbox_id = m.id AND s.active AND s.written_by = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER filter_author_changed AFTER UPDATE OF disabled ON users
    FOR EACH ROW WHEN (OLD.disabled <> NEW.disabled) EXECUTE FUNCTION filter_author_changed();
