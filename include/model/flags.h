/*
 * Message flags as a 63-bit mask: five system flags and up to 58 keywords of
 * the mailbox. Which bit is which keyword, each mailbox says for itself
 * (table mailbox_keywords). \Recent is not stored (see mail/view.h).
 */
#ifndef POSTROOM_MODEL_FLAGS_H
#define POSTROOM_MODEL_FLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "model/rights.h"

typedef uint64_t flag_mask;

/* Stored in the database: never renumber. */
#define FLAG_SEEN     ((flag_mask)1 << 0)
#define FLAG_ANSWERED ((flag_mask)1 << 1)
#define FLAG_FLAGGED  ((flag_mask)1 << 2)
#define FLAG_DELETED  ((flag_mask)1 << 3)
#define FLAG_DRAFT    ((flag_mask)1 << 4)
#define FLAGS_SYSTEM  ((flag_mask)31)
#define FLAGS_ALL     (((flag_mask)1 << 63) - 1)
enum { FLAG_KEYWORD_FIRST = 5, FLAG_KEYWORD_COUNT = 58, FLAG_KEYWORD_LENGTH_MAX = 255 };

/* The flags that the holder of these rights may change (RFC 4314 section 4):
 * s \Seen, t \Deleted, w all others. */
flag_mask flags_changeable(rights_mask rights);

enum flag_change { FLAG_CHANGE_SET, FLAG_CHANGE_ADD, FLAG_CHANGE_REMOVE };
/* `may` limits the change: bits outside it keep their old value. */
flag_mask flag_change_apply(flag_mask old, enum flag_change change, flag_mask flags, flag_mask may);

/* The system flag of this name ("\\Seen", any case), or 0. */
flag_mask flag_system_from_name(struct slice name);
/* For a single system bit; NULL otherwise. */
const char *flag_system_name(flag_mask bit);

/* The names of a mailbox's keywords by bit; name.data NULL where a bit is free. */
struct keyword_table {
    struct slice names[FLAG_KEYWORD_COUNT];
    size_t count;
};
/* The mask bit of a keyword (ASCII case ignored), or 0. */
flag_mask keyword_find(const struct keyword_table *table, struct slice name);

/* Flags as a client names them, before a mailbox has given the keywords bits. */
struct flag_names {
    flag_mask system;       /* FLAGS_SYSTEM bits */
    struct slice *keywords; /* distinct, without the system flags; \Recent is dropped */
    size_t keyword_count;
};

#endif
