/* SORT (RFC 5256, RFC 5957); RFC 5267 section 3 for RETURN; RFC 7162 section 3.1.9. */
#include "commands.h"

#include "../search_answer.h"
#include "../selected.h"
#include "mail/sort.h"
#include "proto/search_args.h"
#include "proto/sort_args.h"

struct sort_args {
    struct search_return wanted;
    struct sort_program order;
    struct search_node *program;
};

static int parse_sort(struct lexer *lexer, void *out)
{
    struct sort_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = search_return_parse(lexer, &args->wanted);
    if (!err)
        err = sort_program_parse(lexer, &args->order);
    if (!err)
        err = lexer_space(lexer);
    return err ? err : search_criteria_parse(lexer, &args->program);
}

static void rights_sort(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)in;
    (void)uid;
    wanted[0] = (struct rights_wanted){.subject = RIGHTS_OF_SELECTED, .all = RIGHT_READ};
}

static unsigned enables_sort(const void *in)
{
    const struct sort_args *args = in;
    return search_has(args->program, SEARCH_MODSEQ) ? ENABLED_CONDSTORE : 0;
}

static int run_sort(struct session *session, struct command *command)
{
    const struct sort_args *args = command->args;
    struct uidset found;
    uidset_init(&found);
    const struct sort_scope scope = {.grant = command->grants[0],
                                     .picture = session->selected->picture,
                                     .uids = &found,
                                     .progress = progress_begin(session, command, 0)};
    int err = search_selected(session, command, args->program, 0, &found);
    uint32_t *uids = NULL;
    if (!err)
        err = sort_run(session->mail, &scope, &args->order, command->arena, &uids);
    progress_end(command);
    const struct search_answer answer = {
        .session = session,
        .command = command,
        .wanted = &args->wanted,
        .uids = uids,
        .count = (size_t)uidset_size(&found),
        .with_modseq = search_has(args->program, SEARCH_MODSEQ),
    };
    uidset_clear(&found);
    return err ? err : search_answer_send(&answer);
}

static void refused_sort(struct session *session, const void *in)
{
    const struct sort_args *args = in;
    search_answer_refused(session, &args->wanted);
}

const struct imap_command command_sort = {
    .name = "SORT",
    .rfc = "RFC 5256, RFC 5957, RFC 5267 section 3, RFC 7162 section 3.1.9",
    .capability = "SORT SORT=DISPLAY ESORT",
    .states = STATE_SELECTED,
    .traits = TRAIT_UID | TRAIT_KEEPS_NUMBERS | TRAIT_SHOWS_NOW,
    .args_size = sizeof(struct sort_args),
    .parse = parse_sort,
    .enables = enables_sort,
    .rights = rights_sort,
    .run = run_sort,
    .refused = refused_sort,
};
