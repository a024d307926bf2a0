-- What SORT and THREAD need of a message's header (server/mail/sort_record.h), made at
-- append. Null in what was stored before, until somebody sorts it.
ALTER TABLE messages ADD COLUMN sort_record bytea COMPRESSION lz4;
