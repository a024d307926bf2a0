/* SEARCH (RFC 3501 section 6.4.4; RFC 4731, RFC 5182 and RFC 9394 for RETURN; RFC 5032;
 * RFC 7162 section 3.1.5). */
#include "commands.h"

#include "../message_limit.h"
#include "../search_answer.h"
#include "../selected.h"
#include "proto/search_args.h"

struct search_args {
    struct search_return wanted;
    struct search_node *program;
};

static int parse_search(struct lexer *lexer, void *out)
{
    struct search_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = search_return_parse(lexer, &args->wanted);
    if (!err)
        err = search_args_parse(lexer, &args->program);
    return err ? err : lexer_end(lexer);
}

static void rights_search(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)in;
    (void)uid;
    wanted[0] = (struct rights_wanted){.subject = RIGHTS_OF_SELECTED, .all = RIGHT_READ};
}

static unsigned enables_search(const void *in)
{
    const struct search_args *args = in;
    return search_has(args->program, SEARCH_MODSEQ) ? ENABLED_CONDSTORE : 0;
}

static int list_uids(const struct uidset *set, struct arena *arena, uint32_t **out)
{
    uint32_t *uids = ARENA_ARRAY(arena, uidset_size(set), uint32_t);
    if (!uids)
        return -ERR_NO_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++)
        for (uint64_t uid = set->ranges[i].first; uid <= set->ranges[i].last; uid++)
            uids[count++] = (uint32_t)uid;
    *out = uids;
    return 0;
}

static int run_search(struct session *session, struct command *command)
{
    const struct search_args *args = command->args;
    struct search_return wanted = args->wanted;
    if (!wanted.given && (session->enabled & ENABLED_REV2))
        wanted.given = wanted.all = true; /* RFC 9051 section 6.4.4: always ESEARCH */
    struct uidset found;
    uidset_init(&found);
    uint32_t most = message_limit(session), count = picture_count(session->selected->picture);
    progress_begin(session, command, most && most < count ? most : count);
    int err = search_selected(session, command, args->program, most, &found);
    progress_end(command);
    uint32_t *uids = NULL;
    if (!err)
        err = list_uids(&found, command->arena, &uids);
    const struct search_answer answer = {
        .session = session,
        .command = command,
        .wanted = &wanted,
        .uids = uids,
        .count = (size_t)uidset_size(&found),
        .with_modseq = search_has(args->program, SEARCH_MODSEQ),
    };
    uidset_clear(&found);
    return err ? err : search_answer_send(&answer);
}

static void refused_search(struct session *session, const void *in)
{
    const struct search_args *args = in;
    search_answer_refused(session, &args->wanted);
}

const struct imap_command command_search = {
    .name = "SEARCH",
    .rfc = "RFC 3501 section 6.4.4, RFC 4731, RFC 5182, RFC 5032, RFC 9394, RFC 7162",
    .capability = "ESEARCH SEARCHRES WITHIN PARTIAL",
    .states = STATE_SELECTED,
    .traits = TRAIT_UID | TRAIT_KEEPS_NUMBERS | TRAIT_SHOWS_NOW,
    .args_size = sizeof(struct search_args),
    .parse = parse_search,
    .enables = enables_search,
    .rights = rights_search,
    .run = run_search,
    .refused = refused_search,
};
