-- How often the mail server has said "not now". Attempts count as well when nobody could be reached,
-- which says nothing of how long a mail should be left alone.
ALTER TABLE outgoing ADD COLUMN deferrals bigint NOT NULL DEFAULT 0;
