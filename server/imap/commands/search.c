/* SEARCH (RFC 3501 section 6.4.4; RFC 7162 section 3.1.5). */
#include "commands.h"

#include "../reply.h"
#include "../selected.h"
#include "mail/search.h"
#include "proto/search_args.h"

struct search_args {
    struct search_node *program;
};

static int parse_search(struct lexer *lexer, void *out)
{
    struct search_args *args = out;
    int err = lexer_space(lexer);
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

/* with_modseq: and the highest modseq of them all (RFC 7162 section 3.1.6). */
static int search_reply(struct session *session, bool uid, bool with_modseq,
                        const struct uidset *uids)
{
    uint64_t highest = 0;
    const struct picture *picture = session->selected->picture;
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "* SEARCH");
    for (size_t i = 0; i < uids->count; i++) {
        uint64_t number = uids->ranges[i].first;
        for (; number <= uids->ranges[i].last; number++) {
            uint32_t seq = uid && !with_modseq ? 0 : picture_seq(picture, (uint32_t)number);
            buffer_add_char(&line, ' ');
            buffer_add_u64(&line, uid ? number : seq);
            uint64_t modseq = with_modseq ? picture_entry(picture, seq).modseq : 0;
            if (highest < modseq)
                highest = modseq;
        }
    }
    if (highest)
        buffer_printf(&line, " (MODSEQ %llu)", (unsigned long long)highest);
    buffer_add_cstr(&line, "\r\n");
    int err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

static int run_search(struct session *session, struct command *command)
{
    const struct search_args *args = command->args;
    const struct selected *selected = session->selected;
    struct keyword_table keywords;
    int err = selected_copy_keywords(session, command->arena, &keywords);
    if (err)
        return err;
    struct search_scope scope = {.grant = command->grants[0],
                                 .picture = selected->picture,
                                 .keywords = &keywords,
                                 .recent = &selected->recent};
    struct uidset uids;
    uidset_init(&uids);
    err = search_run(session->mail, &scope, args->program, &uids);
    if (err == -ERR_INVALID)
        err = fail(ERR_SYNTAX, "There is no message of that number");
    if (!err)
        err = search_reply(session, command->uid, search_has(args->program, SEARCH_MODSEQ), &uids);
    uidset_clear(&uids);
    return err;
}

const struct imap_command command_search = {
    .name = "SEARCH",
    .rfc = "RFC 3501 section 6.4.4, RFC 7162 section 3.1.5",
    .states = STATE_SELECTED,
    .traits = TRAIT_UID | TRAIT_KEEPS_NUMBERS | TRAIT_SHOWS_NOW,
    .args_size = sizeof(struct search_args),
    .parse = parse_search,
    .enables = enables_search,
    .rights = rights_search,
    .run = run_search,
};
