/*
 * Running a Sieve program over a message: the outcome is a list of actions, which nobody has
 * carried out yet. mail/filter.h does, with the rights of whose script it is.
 */
#ifndef POSTROOM_MAIL_SIEVE_RUN_H
#define POSTROOM_MAIL_SIEVE_RUN_H

#include "base/buffer.h"
#include "mail/mime.h"
#include "mail/sieve.h"
#include "model/flags.h"

/* What the program sees. All slices outlive the run and its outcome. */
struct sieve_message {
    const struct mime_tree *tree; /* with headers */
    uint64_t size;
    struct slice envelope_from; /* address without brackets, empty for a notice (RFC 5321) */
    struct slice envelope_to;   /* the recipient as the MTA named it */
    bool has_envelope;          /* without one, envelope tests are false ... */
    bool is_event;              /* ... or, under RFC 6785 (section 4.6), a mistake */
    struct slice mailbox;       /* where `keep` leaves it, UTF-8 name; empty: INBOX */
    struct slice flags; /* what it has already, by name with spaces between: the internal variable
                           of RFC 5232 begins with them; data NULL: it is new */
};

/* Items of the environment test (RFC 5183, and imap.* of RFC 6785). */
struct sieve_environment_item {
    const char *name;
    struct slice value;
};

/* The world. Callbacks may park; a negative return ends the run with that error.
 * A NULL callback says no, there is none. */
struct sieve_host {
    void *arg;
    /* Octets start..end of the message as it came in. */
    int (*read)(void *arg, uint64_t start, uint64_t end, struct buffer *out);
    /* Whether the script's owner may put mail there (RFC 5490 section 3.1); UTF-8 name. */
    int (*mailbox_exists)(void *arg, struct slice name, bool *out);
    int (*mailbox_id_exists)(void *arg, struct slice mailbox_id, bool *out); /* RFC 9042 */
    /* A mailbox with that special use, in mailbox `name` when not empty (RFC 8579). */
    int (*special_use_exists)(void *arg, struct slice name, struct slice use, bool *out);
    /* An annotation (RFC 5490 section 3); name empty: of the server. -ERR_NOT_FOUND. */
    int (*metadata)(void *arg, struct slice name, struct slice entry, struct arena *arena,
                    struct slice *value_out);
    /* Whether the identifier was seen in the last `seconds` (RFC 7352); `last`: counted from
     * the last time it was seen. It counts as seen only once the outcome was carried out. */
    int (*duplicate)(void *arg, struct slice handle_and_id, uint32_t seconds, bool last, bool *out);
    /* Told what happens, for `postroomctl sieve test`; NULL: nobody listens. */
    void (*trace)(void *arg, uint32_t line, struct slice text);
    const struct sieve_environment_item *environment;
    size_t environment_count;
    int64_t now;                /* seconds since 1970 */
    int32_t zone_minutes;       /* the local zone, east of UTC (RFC 5260 section 5) */
    struct slice own_addresses; /* of the owner, separated by spaces: for vacation (RFC 5230) */
};

enum sieve_action_kind {
    SIEVE_KEEP, /* implicit keep included */
    SIEVE_FILEINTO,
    SIEVE_REDIRECT,
    SIEVE_REJECT,   /* RFC 5429 */
    SIEVE_EREJECT,  /* RFC 5429 */
    SIEVE_VACATION, /* RFC 5230: a reply that is due; the host remembers whom it answered */
    SIEVE_NOTIFY,   /* RFC 5435, RFC 5436 */
    SIEVE_DUPLICATE /* remember this identifier (RFC 7352) */
};

/* Strings live in the arena of the run. What an action does not use is empty. */
struct sieve_action {
    enum sieve_action_kind kind;
    uint32_t line;
    struct slice mailbox;        /* fileinto: UTF-8 name */
    struct slice mailbox_id;     /* fileinto :mailboxid (RFC 9042); tried before the name */
    struct slice special_use;    /* fileinto :specialuse (RFC 8579); tried before the name */
    bool create;                 /* fileinto :create (RFC 5490) */
    struct flag_names flags;     /* keep, fileinto (RFC 5232); IMAP flag names */
    bool has_flags;              /* false: none were asked for; of what is there already: always */
    struct slice header;         /* changed by editheader (RFC 5293): the whole header with its
                                    empty line, as the message is from this action's view; data
                                    NULL: as it came in */
    struct slice content;        /* the whole message when foreverypart's replace or enclose
                                    changed it (RFC 5703); data NULL: header and body as above */
    struct slice address;        /* redirect: to; vacation: whom to answer; notify: mailto URI */
    struct slice from;           /* vacation :from, notify :from */
    struct slice subject;        /* vacation: the subject that is due, decoded */
    struct slice text;           /* reject, vacation, notify: message; duplicate: identifier */
    bool text_is_mime;           /* vacation :mime */
    struct slice handle;         /* vacation: tells replies apart (RFC 5230 section 4.2) */
    uint32_t seconds;            /* vacation, duplicate: how long it is remembered */
    bool last;                   /* duplicate :last */
    struct slice importance;     /* notify: "1", "2", "3" */
    struct slice const *options; /* notify */
    size_t option_count;
};

struct sieve_outcome {
    struct sieve_action *actions; /* in the order of the script; without any, discard */
    size_t count;
};

/* Runs to the end. -ERR_LIMIT: too many steps, octets or actions; any failure is told in
 * *problem_out (text and line), and the caller keeps the mail then (RFC 5228 section 2.10.6). */
int sieve_run(const struct sieve_program *program, const struct sieve_message *message,
              const struct sieve_host *host, struct arena *arena, struct sieve_outcome *out,
              struct sieve_problem *problem_out) MUST_CHECK;

#endif
