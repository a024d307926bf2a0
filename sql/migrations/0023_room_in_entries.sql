-- A STORE on a whole mailbox makes a new version of each row. With room for all of them on the
-- same page they stay HOT: no index is touched, and the next STORE takes the place of the old ones.
-- (Pages that are full keep what they have.)
ALTER TABLE entries SET (fillfactor = 50);
