/*
 * IMAP URLs (RFC 5092) of messages and parts of messages, as CATENATE (RFC 4469) names
 * them: "/Drafts;UIDVALIDITY=385759045/;UID=20/;SECTION=1.MIME/;PARTIAL=0.1024".
 *
 * Only references with an absolute path: RFC 5092 section 7.2 forbids to accept those that
 * do not begin with "/", and what names a server means another session.
 */
#ifndef POSTROOM_PROTO_IMAP_URL_H
#define POSTROOM_PROTO_IMAP_URL_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"
#include "model/fetch.h"

struct imap_url {
    struct slice mailbox; /* UTF-8, as inside the server (model/mailbox_name.h) */
    uint32_t uidvalidity; /* 0: any */
    uint32_t uid;
    struct fetch_item section; /* all of the message when there is none */
};

/* -ERR_SYNTAX, -ERR_LIMIT: the URL is none of those. */
int imap_url_parse(struct slice text, struct arena *arena, struct imap_url *out) MUST_CHECK;
/* The URL as BADURL says it (url-resp-text, RFC 4469 section 5): what may not be in there is
 * percent-encoded. */
void imap_url_render_refused(struct slice text, struct buffer *out);

#endif
