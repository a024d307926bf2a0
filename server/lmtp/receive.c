/* DATA (RFC 5321 section 4.1.1.4) and BDAT (RFC 3030). */
#include <stdlib.h>

#include "base/clock.h"
#include "proto/lmtp_data.h"
#include "recipients.h"
#include "session.h"
#include "trace.h"

/* What fails while the message comes in is told at its end: until then it is read and
 * thrown away. */
struct incoming {
    struct intake *intake;
    struct trace_scan trace;
    int failure;
    struct error reason;
};

void incoming_free(struct incoming **incoming)
{
    if (!*incoming)
        return;
    intake_free(&(*incoming)->intake);
    free(*incoming);
    *incoming = NULL;
}

static void note_failure(struct incoming *incoming, int err)
{
    if (!err || incoming->failure)
        return;
    incoming->failure = err;
    incoming->reason = *last_error();
}

static int write_trace(struct lmtp_session *session, struct intake *intake)
{
    struct buffer trace;
    buffer_init(&trace, 0);
    trace_render(session, clock_realtime_us(), &trace);
    int err = buffer_check(&trace);
    intake_allow(intake, trace.len);
    session->transaction.trace_size = trace.len;
    if (!err)
        err = intake_write(intake, buffer_slice(&trace));
    buffer_clear(&trace);
    return err;
}

static int begin_message(struct lmtp_session *session)
{
    struct incoming *incoming = calloc(1, sizeof *incoming);
    if (!incoming)
        return fail(ERR_NO_MEMORY, "no memory for a message");
    session->transaction.incoming = incoming;
    int err = intake_begin(session->server->mail, &incoming->intake);
    if (!err)
        err = write_trace(session, incoming->intake);
    note_failure(incoming, err);
    return 0;
}

static void take_octets(struct lmtp_session *session, struct slice octets)
{
    struct incoming *incoming = session->transaction.incoming;
    if (!incoming || incoming->failure || octets.len == 0)
        return;
    trace_scan_feed(&incoming->trace, session->transaction.first, octets);
    note_failure(incoming, intake_write(incoming->intake, octets));
}

static int wait_for_octets(struct lmtp_session *session)
{
    int err = lmtp_wait(session, session->server->settings.data_timeout);
    return err == -ERR_INTERRUPTED ? 0 : err; /* a message is taken to its end */
}

/* Delivering --------------------------------------------------------------------------------- */

static int check_loop(const struct lmtp_session *session, const struct incoming *incoming)
{
    if (incoming->trace.looped || incoming->trace.received > session->server->settings.received_max)
        return fail(ERR_LOOP, "This mail goes round in circles");
    return 0;
}

/* With one recipient it is stored together with its entry, else before. */
static int finish_message(struct lmtp_session *session, struct incoming *incoming,
                          struct intake_result *out)
{
    struct lmtp_transaction *transaction = &session->transaction;
    int err = incoming->failure;
    if (err)
        return fail_sql(incoming->reason.code, incoming->reason.sqlstate, "%s",
                        incoming->reason.text);
    err = check_loop(session, incoming);
    if (err)
        return err;
    if (transaction->recipient_count == 1)
        return intake_hold(incoming->intake, &transaction->arena, out);
    return intake_finish(incoming->intake, out);
}

static int deliver(struct lmtp_session *session)
{
    struct lmtp_transaction *transaction = &session->transaction;
    struct intake_result message;
    int err = finish_message(session, transaction->incoming, &message);
    if (err)
        recipients_refuse(session, err);
    else
        recipients_deliver(session, &message);
    err = recipients_answer(session);
    lmtp_reset(session);
    return err;
}

/* DATA --------------------------------------------------------------------------------------- */

static int read_data(struct lmtp_session *session)
{
    struct lmtp_data data;
    lmtp_data_init(&data);
    while (!lmtp_data_is_over(&data)) {
        struct slice input = stream_input(session->stream);
        if (input.len == 0) {
            int err = wait_for_octets(session);
            if (err)
                return err;
            continue;
        }
        size_t used;
        take_octets(session, lmtp_data_next(&data, input, &used));
        stream_consume(session->stream, used);
    }
    return 0;
}

int lmtp_run_data(struct lmtp_session *session, const struct lmtp_command *command)
{
    (void)command;
    const struct lmtp_transaction *transaction = &session->transaction;
    if (transaction->incoming || transaction->body == LMTP_BODY_BINARYMIME)
        return lmtp_bad_sequence(session, "This message comes by BDAT");
    if (transaction->recipient_count == 0)
        return lmtp_bad_sequence(session, "There is no recipient");
    int err = begin_message(session);
    if (err)
        return lmtp_reply_error(session, err, SLICE_EMPTY);
    err = lmtp_reply(session, 354, NULL, "Go on; a dot alone on a line ends it");
    if (!err)
        err = read_data(session);
    return err ? err : deliver(session);
}

/* BDAT --------------------------------------------------------------------------------------- */

static int read_chunk(struct lmtp_session *session, uint64_t size)
{
    while (size) {
        struct slice input = stream_input(session->stream);
        if (input.len == 0) {
            int err = wait_for_octets(session);
            if (err)
                return err;
            continue;
        }
        struct slice part = slice_sub(input, 0, size < input.len ? (size_t)size : input.len);
        take_octets(session, part);
        size -= part.len;
        stream_consume(session->stream, part.len);
    }
    return 0;
}

/* Its octets come whatever is answered (RFC 3030 section 2). */
int lmtp_run_bdat(struct lmtp_session *session, const struct lmtp_command *command)
{
    struct lmtp_transaction *transaction = &session->transaction;
    bool has_recipient = transaction->recipient_count > 0;
    int err = 0;
    if (has_recipient && !transaction->incoming)
        err = begin_message(session);
    int failure = err;
    err = read_chunk(session, command->size);
    if (err)
        return err;
    if (failure)
        return lmtp_reply_error(session, -ERR_NO_MEMORY, SLICE_EMPTY);
    if (!has_recipient)
        return lmtp_bad_sequence(session, "There is no recipient");
    if (command->last)
        return deliver(session);
    return lmtp_reply(session, 250, "2.0.0", "%llu octets taken",
                      (unsigned long long)command->size);
}
