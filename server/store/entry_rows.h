/*
 * The columns of an entry, in the order in which every query gives them.
 */
#ifndef POSTROOM_STORE_ENTRY_ROWS_H
#define POSTROOM_STORE_ENTRY_ROWS_H

#include "query.h"
#include "store/entries.h"

enum {
    ENTRY_UID,
    ENTRY_MESSAGE_ID,
    ENTRY_FLAGS,
    ENTRY_MODSEQ,
    ENTRY_SIZE,
    ENTRY_INTERNAL_DATE,
    ENTRY_COLUMNS
};

void entry_row_read(const struct result *result, size_t row, int first_column,
                    struct entry_row *out);

/* Entries of these UIDs in ascending order, at most `max`; and all of them one by one. */
int entries_fetch(struct database *database, int64_t mailbox_id, struct uid_range uids,
                  uint32_t max, struct result **out) MUST_CHECK;
void entries_give(const struct result *result,
                  void (*row)(void *arg, const struct entry_row *entry), void *arg);

/* The column journal.kind. */
int journal_kind_read(const struct result *result, size_t row, int column,
                      enum journal_kind *out) MUST_CHECK;

/* A column with an int8multirange as text into an initialised set; NULL: none. */
int uids_read(const struct result *result, size_t row, int column, struct uidset *out) MUST_CHECK;

#endif
