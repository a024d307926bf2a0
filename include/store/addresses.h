/*
 * Addresses and domains: rows of addresses and mail_domains. Local parts and domains come
 * prepared (mail/address.h): small letters, NFC, A-labels.
 */
#ifndef POSTROOM_STORE_ADDRESSES_H
#define POSTROOM_STORE_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "store/database.h"
#include "store/mailboxes.h"

/* Whose an address is: a user's, or a mailbox's (the other is 0). */
struct address_found {
    int64_t user_id;
    struct slice login;
    int64_t filter_version; /* of the user; 0: no script is active, or the account is disabled */
    int64_t mailbox_id;
    size_t place; /* which of the local parts it was, from 0 */
    /* The mailbox, with the rights of whoever posts; the user's INBOX, with the user's
     * rights; NULL: the user has none. */
    const struct mailbox_row *home;
};
/* The first of these local parts that is somebody's in the domain (empty: the default
 * one). The local part "" is a catch-all's. poster_id: who posts. -ERR_NOT_FOUND. Fast lane,
 * one statement. */
int addresses_find(struct database *database, struct arena *arena, const struct slice *locals,
                   size_t count, struct slice domain, int64_t poster_id,
                   struct address_found *out) MUST_CHECK;

/* One of the ids is 0. -ERR_EXISTS. */
int addresses_add(struct database *database, struct slice local, struct slice domain,
                  int64_t user_id, int64_t mailbox_id) MUST_CHECK;
/* -ERR_NOT_FOUND */
int addresses_delete(struct database *database, struct slice local, struct slice domain) MUST_CHECK;

struct address_row {
    struct slice local, domain;
    struct slice login;   /* empty: a mailbox's, which is */
    struct slice owner;   /* this user's, or shared when empty, */
    struct slice mailbox; /* and has this path below its namespace */
};
int addresses_list(struct database *database, struct arena *arena, struct address_row **rows_out,
                   size_t *count_out) MUST_CHECK;

/* -ERR_EXISTS, -ERR_NOT_FOUND */
int domains_add(struct database *database, struct slice name) MUST_CHECK;
int domains_delete(struct database *database, struct slice name) MUST_CHECK;
/* It becomes the one of addresses without a domain. */
int domains_set_default(struct database *database, struct slice name) MUST_CHECK;

struct domain_row {
    struct slice name;
    bool is_default;
};
int domains_list(struct database *database, struct arena *arena, struct domain_row **rows_out,
                 size_t *count_out) MUST_CHECK;

#endif
