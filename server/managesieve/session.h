/*
 * A ManageSieve session: one connection, one fiber. It manages the scripts of whoever has
 * logged in, or of the shared mailbox that was named as authorization identity.
 */
#ifndef POSTROOM_MANAGESIEVE_SESSION_H
#define POSTROOM_MANAGESIEVE_SESSION_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/log.h"
#include "managesieve/server.h"
#include "net/stream.h"
#include "proto/command_reader.h"
#include "proto/sieve_command.h"

struct managesieve_server {
    struct mail *mail;
    struct managesieve_settings settings;
    struct roster roster;
    uint64_t next_session;
};

struct managesieve_session {
    struct managesieve_server *server;
    struct seat seat;
    struct stream *stream;
    struct command_reader reader;
    struct arena arena;   /* lives as long as the login */
    char id[24];          /* "2-S1f": worker and number */
    char remote[64];      /* the peer's address */
    struct actor actor;   /* user_id 0: nobody has logged in */
    struct slice mailbox; /* whose scripts are managed; empty: the user's */
    uint32_t failed_logins;
    uint32_t bad_commands;
    int64_t login_deadline; /* clock_monotonic_ms */
    bool implicit_tls;
    bool ending;
};

/* Runs the whole session; the fiber's main. Frees nothing but the login. */
void managesieve_session_main(void *session);
bool managesieve_may_send_password(const struct managesieve_session *session);
bool managesieve_can_start_tls(const struct managesieve_session *session);
/* Takes the login back, if there is one. */
void managesieve_log_out(struct managesieve_session *session);

/* The text of the next command or, while somebody logs in, of an answer; valid until
 * managesieve_input_end(). *refused_out: it was not taken, and has been answered.
 * -ERR_INTERRUPTED: there may be news; called again it goes on. */
int managesieve_input(struct managesieve_session *session, struct slice *text_out,
                      bool *refused_out) MUST_CHECK;
void managesieve_input_end(struct managesieve_session *session);

/* A command: 0 and it has replied, or a failure that is still to be told. */
int managesieve_run(struct managesieve_session *session, const struct sieve_command *command,
                    struct arena *arena) MUST_CHECK;
int managesieve_run_authenticate(struct managesieve_session *session,
                                 const struct sieve_command *command,
                                 struct arena *arena) MUST_CHECK;
int managesieve_run_starttls(struct managesieve_session *session,
                             const struct sieve_command *command, struct arena *arena) MUST_CHECK;
/* One for each verb about scripts. */
int managesieve_run_script(struct managesieve_session *session, const struct sieve_command *command,
                           struct arena *arena) MUST_CHECK;

/* "OK (code) "text""; code NULL: none. */
int managesieve_reply(struct managesieve_session *session, const char *status, const char *code,
                      const char *text) MUST_CHECK;
/* The NO that an error means, with last_error()'s text; logs one line. */
int managesieve_reply_error(struct managesieve_session *session, int err,
                            const char *what) MUST_CHECK;
int managesieve_reply_buffer(struct managesieve_session *session,
                             const struct buffer *buffer) MUST_CHECK;
/* All capabilities and OK (RFC 5804 section 1.7). */
int managesieve_capabilities(struct managesieve_session *session, const char *text) MUST_CHECK;
/* Ends the session with BYE. */
void managesieve_bye(struct managesieve_session *session, const char *code, const char *text);
/* Quoted where that is possible, else as a literal. */
void managesieve_add_string(struct buffer *out, struct slice string);

/* True when this failure means the connection is over, not the command. */
bool managesieve_is_fatal(int err);
void managesieve_log(const struct managesieve_session *session, enum log_level level,
                     const char *event, const char *what, int err);

#endif
