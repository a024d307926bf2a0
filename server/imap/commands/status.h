/*
 * The items of STATUS, which LIST can ask for, too (RFC 5819).
 */
#ifndef POSTROOM_IMAP_COMMANDS_STATUS_H
#define POSTROOM_IMAP_COMMANDS_STATUS_H

#include "base/buffer.h"
#include "mail/mailbox.h"
#include "proto/lexer.h"

struct session;

struct status_item;

enum { STATUS_ASKED_MAX = 32 };
struct status_items {
    const struct status_item *asked[STATUS_ASKED_MAX];
    size_t count;
};

/* "(MESSAGES UNSEEN)" */
int status_items_parse(struct lexer *lexer, struct status_items *out) MUST_CHECK;
/* ENABLED_ bits: RFC 7162 section 3.1.7. */
unsigned status_items_enable(const struct status_items *items);
bool status_items_have_recent(const struct status_items *items);
bool status_items_have_unseen(const struct status_items *items);
bool status_items_have_deleted_storage(const struct status_items *items);
/* The mailbox that is told of. */
struct status_subject {
    struct slice name;
    int64_t mailbox_id;
    const struct mailbox_status *numbers;
};
/* "* STATUS name (...)" and CRLF, appended. */
void status_items_render(const struct session *session, const struct status_items *items,
                         const struct status_subject *subject, struct buffer *out);

#endif
