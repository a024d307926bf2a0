/*
 * What SEARCH and SORT say of what they have found: the old lines and ESEARCH (RFC 4731), and
 * what of it "$" means from now on (RFC 5182).
 */
#ifndef POSTROOM_IMAP_SEARCH_ANSWER_H
#define POSTROOM_IMAP_SEARCH_ANSWER_H

#include "command.h"
#include "mail/search.h"
#include "model/search_return.h"

struct search_answer {
    struct session *session;
    const struct command *command;
    const struct search_return *wanted;
    const uint32_t *uids; /* in the order of the answer */
    size_t count;
    bool with_modseq; /* MODSEQ was among the keys (RFC 7162 section 3.1.6) */
};

/* Saves and sends. Lets other fibers run. */
int search_answer_send(const struct search_answer *answer) MUST_CHECK;
/* The command ends with NO: what was to be saved leaves nothing saved (RFC 5182 section 2.1). */
void search_answer_refused(struct session *session, const struct search_return *wanted);

/* Searches the selected mailbox as the client knows it, `most` messages of it (0: all), and counts
 * in the command's progress. -ERR_SYNTAX for a message number that is not there. */
int search_selected(struct session *session, struct command *command,
                    const struct search_node *program, uint32_t most,
                    struct uidset *uids_out) MUST_CHECK;

#endif
