-- Whichever index of seen_pages is taken for one page of one user, it leads there
-- at once: with the user alone it led to the pages of all their mailboxes.
DROP INDEX seen_pages_by_user;
CREATE INDEX seen_pages_by_user ON seen_pages (user_id, mailbox_id, page);
