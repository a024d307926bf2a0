/*
 * Message content: taking it in and giving it out, always in bounded pieces.
 */
#ifndef POSTROOM_MAIL_CONTENT_H
#define POSTROOM_MAIL_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "mail/acl.h"
#include "mail/mail.h"
#include "mail/mime.h"
#include "store/messages.h"

/* Taking a message in, piece by piece as it arrives. It is stored when
 * intake_finish returns, but belongs to no mailbox until the writer puts it
 * into one. At most MESSAGE_SMALL_MAX octets are held. */
struct intake;
int intake_begin(struct mail *mail, struct intake **out) MUST_CHECK;
/* What comes is so much more than the sender announced: fields that the server adds. */
void intake_allow(struct intake *intake, size_t octets);
/* -ERR_TOO_BIG when it exceeds settings.message_max and what was allowed. May park. */
int intake_write(struct intake *intake, struct slice octets) MUST_CHECK;
struct intake_result {
    int64_t message_id;
    uint64_t size;
    int64_t sent_at;                       /* Date: in seconds since 1970; INT64_MIN: none */
    uint64_t seal;                         /* for append_item, as the next */
    const struct message_content *content; /* not stored yet; else NULL */
};
int intake_finish(struct intake *intake, struct intake_result *out) MUST_CHECK;
/* The same, but a message of at most INTAKE_HOLD_MAX octets is left in `arena`, for
 * the writer to store it together with its entry. */
enum { INTAKE_HOLD_MAX = 64 * 1024 };
int intake_hold(struct intake *intake, struct arena *arena, struct intake_result *out) MUST_CHECK;
/* Stores what was held, in one statement: at most INTAKE_STORE_MAX messages. Their
 * results no longer have content then, but ids. */
enum { INTAKE_STORE_MAX = 64 };
int intake_store_held(struct mail *mail, struct intake_result *const *results,
                      size_t count) MUST_CHECK;
/* Frees; abandons what was not finished. */
void intake_free(struct intake **intake);

/* Giving out needs a grant with `r` for a mailbox the message is in: the
 * caller takes message ids from that mailbox's picture only. Rows come in the order of
 * ids; `want` is MESSAGE_ bits of store/messages.h. */
int content_get(struct mail *mail, const struct grant *grant, struct arena *arena,
                const int64_t *message_ids, size_t count, unsigned want,
                struct message_part_row **rows_out) MUST_CHECK;
/* Whole small messages (size <= MESSAGE_CHUNK_SIZE) by one statement. */
int content_get_small(struct mail *mail, const struct grant *grant, struct arena *arena,
                      const int64_t *message_ids, size_t count,
                      struct slice **octets_out) MUST_CHECK;
/* What FETCH shows of many messages, asked for before it is used: while the
 * rights are still being confirmed, while the messages before are sent. What
 * comes back can only be had with a grant that holds then. No connection is
 * kept meanwhile; what was read lately is not read again. */
struct content_wish {
    int64_t message_id;
    uint64_t size;
};
struct content_request;
/* `wishes` are copied; want as above, with MESSAGE_WHOLE for whole messages of at most
 * MESSAGE_CHUNK_SIZE. Never parks. */
int content_ask(struct mail *mail, const struct content_wish *wishes, size_t count, unsigned want,
                struct content_request **out) MUST_CHECK;
/* Whether it was asked for exactly this. */
bool content_request_is_for(const struct content_request *request,
                            const struct content_wish *wishes, size_t count, unsigned want);
/* Parks until all is there. Rows in the order of the wishes, until content_drop(). */
int content_take(struct content_request *request, const struct grant *grant,
                 const struct message_part_row **rows_out) MUST_CHECK;
/* At any time; NULL is nothing. */
void content_drop(struct content_request **request);

/* Which message that UID is in the grant's mailbox now; needs `r`. -ERR_NOT_FOUND. */
int content_find(struct mail *mail, const struct grant *grant, uint32_t uid,
                 struct content_wish *out) MUST_CHECK;

/* Octets start..end (exclusive) in pieces of at most one chunk to piece();
 * reads the next piece only after piece() has returned, and holds no
 * connection meanwhile. piece may park; a failure of it ends the reading. */
int content_read(struct mail *mail, const struct grant *grant, int64_t message_id, uint64_t start,
                 uint64_t end, int (*piece)(void *arg, struct slice octets), void *arg) MUST_CHECK;

#endif
