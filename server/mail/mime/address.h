/*
 * Address lists (RFC 5322 section 3.4), also as ENVELOPE shows them (RFC 3501
 * section 7.4.2): "(name route mailbox host)" for each, groups as a pair
 * around their members. Reads obsolete and broken forms too; every list
 * renders as one that is well-formed.
 */
#ifndef POSTROOM_MAIL_MIME_ADDRESS_H
#define POSTROOM_MAIL_MIME_ADDRESS_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/slice.h"

/* An envelope grows to many times its header when a hostile one holds nothing
 * but commas and letters: a list shows this many addresses. */
enum { ADDRESS_LIST_MAX = 10000 };

/* One entry of a list, valid while it is told about. A group is an entry with
 * its name as mailbox and a host of NULL; one with a NULL mailbox ends it. */
struct address_entry {
    struct slice name; /* data NULL: none, as for the route */
    struct slice route;
    struct slice mailbox;
    struct slice host; /* empty: none was given */
};

/* Tells `found` of each entry in `value`, ADDRESS_LIST_MAX less `told` at
 * most; returns how many there were. *failure_out is 0 or what the memory for
 * it came to. */
uint32_t address_list_each(struct slice value, uint32_t told,
                           void (*found)(void *arg, const struct address_entry *entry), void *arg,
                           int *failure_out);

/* Appends the addresses in `value` without the parentheses around the list;
 * *count is how many the list has so far, and is increased. */
void address_list_render(struct slice value, uint32_t *count, struct buffer *out);

#endif
