/*
 * Recently Deleted: what was expunged from a mailbox and can still be given back, read
 * like a mailbox of its own. Its id is that of the mailbox, negated, and whatever reads
 * mailboxes in this layer takes it (entries_state, entries_read, seen_pages_read,
 * journal_read, keywords_load, mailboxes_status, mailboxes_modseqs); nothing writes to it.
 *
 * Its messages have UIDs of their own (expunged.deleted_uid). Its modseq is that of the
 * mailbox: what comes there and goes is in the mailbox's journal.
 */
#ifndef POSTROOM_STORE_RECENTLY_DELETED_H
#define POSTROOM_STORE_RECENTLY_DELETED_H

#include <stdbool.h>
#include <stdint.h>

static inline int64_t recently_deleted_of(int64_t mailbox_id)
{
    return -mailbox_id;
}

static inline bool is_recently_deleted(int64_t id)
{
    return id < 0;
}

/* The mailbox whose lock, rights and journal count for this id. */
static inline int64_t mailbox_behind(int64_t id)
{
    return id < 0 ? -id : id;
}

#endif
