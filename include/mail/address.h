/*
 * Addresses: whose mail is it? A user's, by an address that an administrator gave or by
 * the login in a domain of ours; or a shared mailbox's. What stands behind the delimiter in
 * the local part ("alice+lists@") is the detail: a folder.
 *
 * Case: the ASCII letters of addresses are compared without it, others as they are (NFC);
 * domains as IDNA has them. An address without a domain is one of the default domain.
 */
#ifndef POSTROOM_MAIL_ADDRESS_H
#define POSTROOM_MAIL_ADDRESS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "mail/mail.h"
#include "model/mail_address.h"
#include "store/addresses.h"

/* Where mail to an address goes. */
struct destination {
    int64_t user_id;        /* 0: not a user's */
    struct slice login;     /* of the user */
    int64_t filter_version; /* of the user; 0: no script is active (mail/filter.h) */
    int64_t mailbox_id;     /* 0: not a mailbox's address */
    struct slice shared;    /* the path below Shared/ of "shared+PATH@"; empty: it is not that */
    struct slice detail;    /* the folder that the address asks for; empty: none */
    /* The user's INBOX or the mailbox as they were then, with the rights of the user or of
     * whoever posts; NULL: it was not looked up, or the user has none. */
    const struct mailbox_row *home;
};
/* delimiter: the character before a detail, 0: there are none. poster_id: ADDRESS_ANYBODY
 * or a user. -ERR_NOT_FOUND. */
enum { ADDRESS_ANYBODY = -1 /* has the rights of anyone, and no others */ };
int address_resolve(struct mail *mail, const struct mail_address *address, char delimiter,
                    int64_t poster_id, struct arena *arena, struct destination *out) MUST_CHECK;

/* For postroomctl. The text is "local@domain", or "@domain" for all of a domain that are
 * nobody else's. Of login and grant one is given. -ERR_INVALID, -ERR_EXISTS, -ERR_NOT_FOUND. */
int address_add_user(struct mail *mail, struct slice text, struct slice login) MUST_CHECK;
int address_add_mailbox(struct mail *mail, struct slice text, int64_t mailbox_id) MUST_CHECK;
int address_delete(struct mail *mail, struct slice text) MUST_CHECK;

int address_add_domain(struct mail *mail, struct slice name) MUST_CHECK;
int address_delete_domain(struct mail *mail, struct slice name) MUST_CHECK;
int address_set_default_domain(struct mail *mail, struct slice name) MUST_CHECK;

#endif
