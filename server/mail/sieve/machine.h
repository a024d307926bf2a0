/*
 * Inside Sieve: a run, and what a row's run and test may ask of it.
 *
 * Memory: strings that a row is given or makes live in run->scratch, which lasts at least until
 * the end of the instruction. What the outcome holds is copied to run->arena, the caller's, by
 * sieve_outcome_add(). Variables have buffers of their own.
 */
#ifndef POSTROOM_MAIL_SIEVE_MACHINE_H
#define POSTROOM_MAIL_SIEVE_MACHINE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "mail/sieve_run.h"
#include "sieve/meter.h"
#include "sieve/program.h"

enum {
    SIEVE_STEPS_MAX = 1000000,       /* what the meter begins with */
    SIEVE_SCRATCH_MAX = 16 << 20,    /* memory of one instruction, and of all variables */
    SIEVE_TEXT_OCTETS_MAX = 1 << 20, /* a string with its variables put in */
    SIEVE_ACTIONS_MAX = 64
};

/* A script that runs: the main one, or one that was included. */
struct sieve_frame {
    struct sieve_frame *caller;
    const struct sieve_script *script;
    uint32_t return_to;
    struct buffer *variables;                 /* its own, by index */
    struct buffer matches[SIEVE_MATCHES_MAX]; /* ${0}, ${1}, ... of the last :matches or :regex */
    size_t match_count;
};

struct sieve_run {
    const struct sieve_program *program;
    const struct sieve_message *message;
    const struct sieve_host *host;
    struct arena *arena; /* the caller's: the outcome */
    struct arena scratch;
    struct sieve_problem *problem;
    struct sieve_meter meter;
    uint32_t at;              /* the next instruction */
    struct sieve_place place; /* of the call that runs */
    bool result;              /* of the last test */
    bool stopped;

    struct sieve_frame *frame; /* the innermost */
    uint32_t depth;
    struct buffer *globals;
    size_t variable_octets; /* in all variables and matches */
    bool *included;         /* by script: for :once */

    struct sieve_prepared *prepared; /* keys of this instruction's matchers */

    struct buffer flags; /* the internal variable of RFC 5232: names separated by spaces */

    struct sieve_outcome outcome;
    bool implicit_keep; /* nothing has cancelled it yet */
    uint32_t redirects;
    bool answered; /* a vacation was run */

    struct slice header; /* of the message, as editheader has it by now */
    bool header_changed;
    struct slice content; /* of the message, as replace and enclose have it; data NULL: unchanged */
    void *parts;          /* the state of foreverypart (parts.c) */
};

/* Fills in the problem; returns -code. */
int sieve_run_fail(struct sieve_run *run, enum err code, const char *format, ...) PRINTF_LIKE(3, 4);
/* A failure of a module that knows no run, as last_error() has it: into the problem. */
int sieve_run_failed(struct sieve_run *run, int result) MUST_CHECK;
/* Counts work, lets others run; -ERR_LIMIT when the budget is used up. */
int sieve_run_charge(struct sieve_run *run, uint64_t octets) MUST_CHECK;
bool sieve_run_traces(const struct sieve_run *run);
void sieve_run_trace(struct sieve_run *run, const char *format, ...) PRINTF_LIKE(2, 3);
/* The test as the script has it, with the run's result; the value that a key matched (trace.c). */
void sieve_trace_test(struct sieve_run *run, const struct sieve_call *call);
void sieve_trace_match(struct sieve_run *run, struct slice value);

/* Strings with their variables put in. -ERR_NO_MEMORY, -ERR_LIMIT. */
int sieve_run_text(struct sieve_run *run, const struct sieve_text *text,
                   struct slice *out) MUST_CHECK;
/* The only string of a value. */
int sieve_run_string(struct sieve_run *run, const struct sieve_value *value,
                     struct slice *out) MUST_CHECK;
int sieve_run_strings(struct sieve_run *run, const struct sieve_value *value,
                      const struct slice **out) MUST_CHECK; /* value->count of them */
/* Variables. What is longer than SIEVE_VARIABLE_OCTETS_MAX is cut between characters. */
int sieve_run_set(struct sieve_run *run, const struct sieve_variable *variable,
                  struct slice value) MUST_CHECK;
struct slice sieve_run_get(const struct sieve_run *run, const struct sieve_variable *variable);

/* The same into a variable's place: that of ${1}, too. */
int sieve_run_store(struct sieve_run *run, struct buffer *place, struct slice value) MUST_CHECK;
/* The modifiers of set (RFC 5229 section 4.1) among the tags of the call, applied to the text. */
int sieve_run_modify(struct sieve_run *run, const struct sieve_call *call, struct slice text,
                     struct slice *out) MUST_CHECK;

/* Compares values with a call's keys: begin, feed each value until `matched`, end. With :count
 * (RFC 5231) nothing matches before the end. Sets ${1}... (RFC 5229 section 3.2). */
struct sieve_matcher {
    struct sieve_run *run;
    const struct sieve_match *match;
    struct sieve_prepared *keys; /* freed at the end of the instruction */
    uint64_t fed;
    bool captures_nothing; /* for a test that sets no ${1} */
    bool matched;
};
int sieve_matcher_begin(struct sieve_run *run, const struct sieve_call *call,
                        const struct sieve_value *keys, struct sieve_matcher *out) MUST_CHECK;
/* The same with keys that the test has made of its arguments; they last as long. */
int sieve_matcher_begin_texts(struct sieve_run *run, const struct sieve_call *call,
                              const struct slice *keys, size_t count,
                              struct sieve_matcher *out) MUST_CHECK;
int sieve_matcher_feed(struct sieve_matcher *matcher, struct slice value) MUST_CHECK;
int sieve_matcher_end(struct sieve_matcher *matcher, bool *out) MUST_CHECK;

/* Frees the keys of the instruction's matchers. The machine does so after each. */
void sieve_matchers_clear(struct sieve_run *run);

/* Outcome (outcome.c) ---------------------------------------------------------------- */

/* Copies the action into the outcome, with the header as it is now. One that is there already
 * (RFC 5228 section 2.10.3) only takes the flags (RFC 5232 section 3). -ERR_INVALID for a conflict
 * (section 2.10.4 and RFC 5429 section 2.4), -ERR_LIMIT. Whether the implicit keep is cancelled is
 * the caller's: run->implicit_keep. */
int sieve_outcome_add(struct sieve_run *run, const struct sieve_action *action) MUST_CHECK;

/* Sets the flags of a keep or fileinto: those of :flags, else those of the internal variable
 * (RFC 5232 section 4). call NULL: an implicit keep. */
int sieve_flags_apply(struct sieve_run *run, const struct sieve_call *call,
                      struct sieve_action *action) MUST_CHECK;

#endif
