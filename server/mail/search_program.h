/*
 * Inside the mail layer: a search program made ready for one picture, and its
 * evaluation in three-valued logic: as long as a key's answer would need the
 * header or the body, it is "unknown", and often the rest of the program
 * settles the matter without it.
 */
#ifndef POSTROOM_MAIL_SEARCH_PROGRAM_H
#define POSTROOM_MAIL_SEARCH_PROGRAM_H

#include <stdbool.h>

#include "base/arena.h"
#include "mail/search.h"

enum truth { TRUTH_UNKNOWN, TRUTH_FALSE, TRUTH_TRUE };

/* One node of the program, resolved against the picture. */
struct search_step {
    const struct search_node *node;
    struct search_step *first_child;
    struct search_step *next;
    struct uidset uids; /* SEQUENCE, UID, SAVED_BEFORE, THREADID … */
    flag_mask flag;     /* FLAG, KEYWORD; 0: no message has it */
    int64_t instant;    /* OLDER, YOUNGER: seconds since 1970 */
    size_t text_index;  /* HEADER, BODY, TEXT: where search_facts.texts has the answer */
};

struct search_program {
    struct search_step *root;
    struct search_step **texts; /* the steps that look into header or body */
    size_t text_count;
    unsigned want;             /* MESSAGE_ bits (store/messages.h) of the header stage */
    struct search_step **sets; /* the steps with uids to be freed */
    size_t set_count;
    struct search_step **asked; /* those whose uids search_asked.h looks up */
    size_t asked_count;
};

/* What is known of one message so far. */
struct search_facts {
    struct entry entry;
    bool is_recent;
    bool has_sent_day; /* sent_day has been read; it may be INT64_MIN */
    int64_t sent_day;
    unsigned char *texts; /* enum truth for each of search_program.texts */
};

/* Everything in the arena, except the uid sets: search_program_clear() also
 * after a failure. -ERR_INVALID: a message number that is not there;
 * -ERR_LIMIT: nested too deep. */
int search_program_prepare(const struct search_scope *scope, const struct search_node *node,
                           struct arena *arena, struct search_program *program) MUST_CHECK;
void search_program_clear(struct search_program *program);

/* Whether the message is searched at all: it is in all sets that must have it. */
bool search_program_names(const struct search_program *program, uint32_t uid);

enum truth search_program_evaluate(const struct search_program *program,
                                   const struct search_facts *facts);

#endif
