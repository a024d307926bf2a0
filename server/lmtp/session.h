/*
 * An LMTP session: one connection, one fiber. A transaction is a sender, recipients and
 * the message; its memory goes with it.
 */
#ifndef POSTROOM_LMTP_SESSION_H
#define POSTROOM_LMTP_SESSION_H

#include "base/arena.h"
#include "base/log.h"
#include "lmtp/server.h"
#include "mail/content.h"
#include "mail/delivery.h"
#include "net/stream.h"
#include "proto/lmtp_command.h"

struct lmtp_server {
    struct mail *mail;
    struct lmtp_settings settings;
    struct roster roster;
    uint64_t next_session;
};

/* An accepted recipient. */
struct lmtp_recipient {
    struct lmtp_recipient *next;
    struct slice path; /* as in RCPT */
    struct destination destination;
    bool taken;  /* somebody brings the message there, or has */
    int failure; /* 0: it is there */
    struct error reason;
};

struct lmtp_transaction {
    struct arena arena;
    bool open;           /* MAIL was accepted */
    struct slice sender; /* the path; empty: <> */
    struct mail_address sender_address;
    enum lmtp_body body;
    bool utf8;
    size_t trace_size; /* octets before what the client sent */
    struct lmtp_recipient *first, **end;
    size_t recipient_count;
    struct incoming *incoming; /* the message as far as it has come; NULL: nothing yet */
};

struct lmtp_session {
    struct lmtp_server *server;
    struct seat seat;
    struct stream *stream;
    char id[24];     /* "2-1f": worker and number */
    char remote[64]; /* the peer's address */
    struct arena arena;
    struct slice name; /* as the client called itself in LHLO; empty before */
    struct lmtp_transaction transaction;
    uint64_t transactions; /* so far */
    uint32_t bad_commands;
    bool ending;
};

/* Runs the whole session; the fiber's main. Frees everything. */
void lmtp_session_main(void *session);

/* Forgets sender, recipients and what has come of the message. */
void lmtp_reset(struct lmtp_session *session);

/* "250 2.1.0 text\r\n"; enhanced may be NULL (RFC 2034). */
int lmtp_reply(struct lmtp_session *session, int code, const char *enhanced, const char *format,
               ...) PRINTF_LIKE(4, 5) MUST_CHECK;
/* The reply that an error means, with last_error()'s text; logs one line. */
int lmtp_reply_error(struct lmtp_session *session, int err, struct slice about) MUST_CHECK;

/* What the verbs do; 0 or an error that ends the session. */
int lmtp_run(struct lmtp_session *session, const struct lmtp_command *command) MUST_CHECK;
int lmtp_run_data(struct lmtp_session *session, const struct lmtp_command *command) MUST_CHECK;
int lmtp_run_bdat(struct lmtp_session *session, const struct lmtp_command *command) MUST_CHECK;

/* The message as it comes in (receive.c). */
struct incoming;
void incoming_free(struct incoming **incoming);

/* 503, and one more bad command. */
int lmtp_bad_sequence(struct lmtp_session *session, const char *text) MUST_CHECK;
struct delivery lmtp_delivery(const struct lmtp_session *session);

/* Parks until there is more input; sends what was said before it waits. */
int lmtp_wait(struct lmtp_session *session, uint32_t seconds) MUST_CHECK;

void lmtp_log(const struct lmtp_session *session, enum log_level level, const char *event,
              struct slice about, int err);

#endif
