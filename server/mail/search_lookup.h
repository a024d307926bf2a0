/*
 * Inside the mail layer: what the index knows about a search program's texts.
 * For messages that are in the index it says of each key: the text is there, it
 * is not, or (a candidate) it may be. All others, and what the index was not
 * asked, stay unknown.
 */
#ifndef POSTROOM_MAIL_SEARCH_LOOKUP_H
#define POSTROOM_MAIL_SEARCH_LOOKUP_H

#include "search_program.h"

/* For one text of the program. */
struct search_verdict {
    bool is_asked;
    bool is_exact; /* the text is in these messages; else it may be */
    struct uidset uids;
    size_t at; /* ranges of uids that were passed */
};

struct search_lookup {
    struct uidset covered; /* messages that the verdicts are about */
    size_t covered_at;
    struct search_verdict *verdicts; /* as search_program.texts */
    size_t count;
};

/* Asks the index, bounded piece by bounded piece; parks. Failed or not:
 * search_lookup_clear(). */
int search_lookup_run(struct search_lookup *lookup, struct mail *mail, int64_t mailbox_id,
                      const struct search_program *program, struct arena *arena) MUST_CHECK;
void search_lookup_clear(struct search_lookup *lookup);

/* Puts what is known of a message into `texts` (search_facts.texts); messages
 * come in ascending order. False: it is not in the index. */
bool search_lookup_apply(struct search_lookup *lookup, uint32_t uid, unsigned char *texts);

#endif
