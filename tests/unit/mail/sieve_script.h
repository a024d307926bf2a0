/*
 * Sieve scripts run over a message, for tests: what comes of it is rendered as text, so that a
 * test shows the outcome it expects.
 */
#ifndef POSTROOM_TESTS_SIEVE_SCRIPT_H
#define POSTROOM_TESTS_SIEVE_SCRIPT_H

#include "base/arena.h"
#include "mail/sieve_run.h"

/* The message has an envelope: from bob@example.com to alice@example.org. It is 2026-07-01
 * 12:30:15 UTC, a Wednesday, and here two hours later. A zeroed trial is that. */
struct sieve_trial {
    const char *sender;    /* of the envelope; NULL: bob@example.com */
    const char *recipient; /* likewise; NULL: alice@example.org */
    bool no_envelope;
    bool is_event;                       /* RFC 6785 */
    const char *mailbox;                 /* that it is in; NULL: INBOX */
    const char *flags;                   /* that it has; NULL: it is new */
    bool no_octets;                      /* the host cannot read the message */
    int64_t now;                         /* 0: as above */
    const struct sieve_library *library; /* NULL: there are no other scripts */
    struct buffer *handle_out;           /* of a vacation; NULL: not wanted */
};

enum { SIEVE_TRIAL_NOW = 1782909015 };

/* One line an action: "keep", "fileinto Trash", "vacation bob@example.com Auto: hi|I am away";
 * with the changed header or content behind it in brackets. */
void sieve_check_outcome(const struct sieve_trial *trial, const char *script, const char *message,
                         const char *expected, const char *file, int line);
/* It does not compile; the problem is in that line. */
void sieve_check_refused(const char *script, uint32_t problem_line, const char *file, int line);
/* It compiles, and fails when it runs. */
void sieve_check_failed(const struct sieve_trial *trial, const char *script, const char *message,
                        enum err expected, const char *file, int line);

#define CHECK_SIEVE(script, message, expected)                                                     \
    sieve_check_outcome(&(struct sieve_trial){0}, script, message, expected, __FILE__, __LINE__)
#define CHECK_SIEVE_TRIAL(trial, script, message, expected)                                        \
    sieve_check_outcome(&(trial), script, message, expected, __FILE__, __LINE__)
#define CHECK_SIEVE_REFUSED(script, problem_line)                                                  \
    sieve_check_refused(script, problem_line, __FILE__, __LINE__)
#define CHECK_SIEVE_FAILED(script, message, expected)                                              \
    sieve_check_failed(&(struct sieve_trial){0}, script, message, expected, __FILE__, __LINE__)
#define CHECK_SIEVE_TRIAL_FAILED(trial, script, message, expected)                                 \
    sieve_check_failed(&(trial), script, message, expected, __FILE__, __LINE__)

#endif
