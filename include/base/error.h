/*
 * Errors by meaning.
 *
 * Functions that can fail return int: 0, or a negative enum err. The human
 * text is filled in where the failure happens, by fail(), into the error slot
 * of the running fiber (like errno: it is the caller's until the next failure
 * in the same fiber). Sessions turn code and text into a reply and one log
 * line; nothing below them logs.
 *
 * Convention: outputs come last, are named *_out and are untouched on failure.
 */
#ifndef POSTROOM_BASE_ERROR_H
#define POSTROOM_BASE_ERROR_H

#include <stdarg.h>
#include <stddef.h>

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum err {
    ERR_NONE = 0,
    ERR_SYNTAX,      /* the input does not follow its grammar */
    ERR_LIMIT,       /* over a configured limit (length, count, nesting, rate) */
    ERR_TOO_BIG,     /* a message is over the size limit */
    ERR_INVALID,     /* well-formed, but not acceptable (a name, a value) */
    ERR_LOOP,        /* mail that goes round in circles */
    ERR_CHARSET,     /* a charset that is unknown or text that is not in it */
    ERR_ENCODING,    /* a content transfer encoding that is unknown */
    ERR_NOT_FOUND,   /* no such thing, or the caller may not know of it */
    ERR_EXISTS,      /* there is one already */
    ERR_REJECTED,    /* whoever it is for does not want it; the text says why */
    ERR_DENIED,      /* the caller lacks a right on something it may know of */
    ERR_READ_ONLY,   /* the mailbox was opened read-only (EXAMINE) */
    ERR_CREDENTIALS, /* wrong user, password or proof; one text for all three */
    ERR_PRIVACY,     /* needs TLS first */
    ERR_WRONG_STATE, /* not possible now (has children, in use); OpenSSL owns ERR_STATE */
    ERR_STALE,       /* what the caller's decision rests on has changed: look again */
    ERR_OVER_QUOTA,  /* no room left */
    ERR_UNAVAILABLE, /* the database is away or too slow; worth trying again */
    ERR_IN_DOUBT,    /* the connection was lost at commit: it may have happened or not */
    ERR_TIMEOUT,     /* the peer did not act within the time it has */
    ERR_CLOSED,      /* the peer is gone */
    ERR_INTERRUPTED, /* woken for news, not for input */
    ERR_CANCELLED,   /* the server is stopping or the session is being ended */
    ERR_TLS,         /* a TLS handshake or record failed */
    ERR_DEFLATE,     /* what was received compressed cannot be inflated */
    ERR_IO,          /* a system call failed; the text has errno's words */
    ERR_NO_MEMORY,   /* out of memory, or out of an arena's maximum */
    ERR_CORRUPT,     /* stored data is not what the server writes */
    ERR_INTERNAL,    /* a bug: a promise between our own modules was broken */
    ERR_COUNT
};

enum { ERROR_TEXT_MAX = 240 };

/* The last failure of a fiber. */
struct error {
    enum err code;
    char sqlstate[6]; /* PostgreSQL's code when the database said no, else "" */
    char text[ERROR_TEXT_MAX];
};

/* Records code and text in the running fiber's slot and returns -code. Text
 * is for people, has no line ends and no secrets; longer text is cut. */
int fail(enum err code, const char *format, ...) PRINTF_LIKE(2, 3);

/* The same with PostgreSQL's SQLSTATE. */
int fail_sql(enum err code, const char *sqlstate, const char *format, ...) PRINTF_LIKE(3, 4);

/* The same with ": strerror(errno)" behind the text; for ERR_IO. */
int fail_errno(enum err code, const char *format, ...) PRINTF_LIKE(2, 3);

/* The running fiber's last failure. Never NULL. */
const struct error *last_error(void);

/* The name of a code for the log: "not-found". code may be given negative. */
const char *err_name(int code);

/* For the fiber switch only: makes `slot` the current one, returns the one
 * before. The process starts with a static slot. */
struct error *error_slot_swap(struct error *slot);

#endif
