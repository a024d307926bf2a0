/* FILTER (draft-bosch-imap-filter-sieve-00): a Sieve script over mail that is there. */
#include "commands.h"

#include "../message_limit.h"
#include "../reply.h"
#include "../search_answer.h"
#include "../selected.h"
#include "mail/filter_run.h"
#include "model/notation.h"
#include "proto/search_args.h"

struct filter_args {
    struct filter_choice choice;
    struct search_node *program;
};

/* filter-spec (section 7 of the draft) */
static int parse_choice(struct lexer *lexer, struct filter_choice *out)
{
    static const struct {
        const char *name;
        enum filter_source source;
        int (*text)(struct lexer *lexer, struct slice *out);
    } sources[] = {{"DELIVERY", FILTER_DELIVERY, NULL},
                   {"PERSONAL", FILTER_PERSONAL, lexer_astring},
                   {"GLOBAL", FILTER_GLOBAL, lexer_astring},
                   {"SCRIPT", FILTER_SCRIPT, lexer_string}};
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        if (!lexer_accept_word(lexer, sources[i].name))
            continue;
        out->source = sources[i].source;
        int err = sources[i].text ? lexer_space(lexer) : 0;
        return err || !sources[i].text ? err : sources[i].text(lexer, &out->text);
    }
    return fail(ERR_SYNTAX, "DELIVERY, PERSONAL, GLOBAL or SCRIPT expected");
}

static int parse_filter(struct lexer *lexer, void *out)
{
    struct filter_args *args = out;
    int err = lexer_space(lexer);
    if (!err && !lexer_accept_word(lexer, "SIEVE"))
        err = fail(ERR_SYNTAX, "SIEVE expected");
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = parse_choice(lexer, &args->choice);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = search_args_parse(lexer, &args->program);
    return err ? err : lexer_end(lexer);
}

static void rights_filter(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)in;
    (void)uid;
    wanted[0] = (struct rights_wanted){
        .subject = RIGHTS_OF_SELECTED,
        .all = RIGHT_READ,
        .any = RIGHT_SEEN | RIGHT_WRITE | RIGHT_DELETE_MESSAGES,
    };
}

static unsigned enables_filter(const void *in)
{
    const struct filter_args *args = in;
    return search_has(args->program, SEARCH_MODSEQ) ? ENABLED_CONDSTORE : 0;
}

static void add_correlator(const struct command *command, struct buffer *out)
{
    buffer_add_cstr(out, "(TAG \"");
    buffer_add(out, command->tag);
    buffer_add_cstr(out, "\") ");
}

static int send_line(struct session *session, struct buffer *line)
{
    buffer_add_cstr(line, "\r\n");
    int err = reply_buffer(session, line);
    buffer_clear(line);
    return err;
}

/* FILTER (section 3.4): no message was looked at. */
static int refuse_script(struct session *session, const struct command *command,
                         const struct sieve_problem *problem)
{
    const char *text = arena_printf(command->arena, "line %u: %s", problem->line, problem->text);
    if (!text)
        return -ERR_NO_MEMORY;
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "* FILTER ");
    add_correlator(command, &line);
    buffer_add_cstr(&line, "ERRORS ");
    notation_string(&line, slice_cstr(text));
    int err = send_line(session, &line);
    return err ? err : fail(ERR_INVALID, "The Sieve script does not compile");
}

/* FILTERED (section 3.3). With UIDONLY (RFC 9586), where messages have no numbers, the UID is
 * in the number's place, as in UIDFETCH. */
static int tell_result(struct session *session, const struct command *command, uint32_t uid,
                       struct slice problem)
{
    bool has_numbers = !(session->enabled & ENABLED_UIDONLY);
    struct buffer line;
    buffer_init(&line, 0);
    buffer_printf(&line, "* %u FILTERED ",
                  has_numbers ? picture_seq(session->selected->picture, uid) : uid);
    add_correlator(command, &line);
    if (command->uid)
        buffer_printf(&line, "UID %u ", uid);
    buffer_add_cstr(&line, problem.len ? "ERRORS " : "OK");
    if (problem.len)
        notation_string(&line, problem);
    return send_line(session, &line);
}

/* As it is now, which the client may not have heard of; one that is gone is left alone. */
static int filter_message(struct session *session, struct command *command, struct filter_run *run,
                          uint32_t uid, const struct progress_count *count)
{
    struct picture *current;
    int err = selected_current(session, &current);
    if (err)
        return err;
    struct entry entry;
    bool is_there = picture_find(current, uid, &entry);
    picture_unref(&current);
    if (!is_there)
        return 0;
    struct arena arena;
    arena_init(&arena, 0);
    struct slice problem;
    progress_begin(session, command, count->goal)->done = count->done;
    err = filter_run_message(run, &entry, &arena, &problem);
    progress_end(command);
    if (!err)
        err = tell_result(session, command, uid, problem);
    arena_clear(&arena);
    return err;
}

/* Between two messages: what was done to one was done wholly. */
static int check_wanted(const struct session *session)
{
    if (stream_is_abandoned(session->stream))
        return fail(ERR_CLOSED, "the client went away");
    return session->seat.stopping ? fail(ERR_UNAVAILABLE, "the server stops") : 0;
}

static int filter_messages(struct session *session, struct command *command, struct filter_run *run,
                           const struct uidset *uids)
{
    struct progress_count count = {.goal = uidset_size(uids)};
    int err = 0;
    for (size_t i = 0; i < uids->count && !err; i++) {
        uint64_t uid = uids->ranges[i].first;
        for (; uid <= uids->ranges[i].last && !err; uid++, count.done++) {
            err = check_wanted(session);
            if (!err)
                err = filter_message(session, command, run, (uint32_t)uid, &count);
        }
    }
    return err;
}

static int filter_found(struct session *session, struct command *command, struct filter_run *run)
{
    const struct filter_args *args = command->args;
    struct uidset found;
    uidset_init(&found);
    int err = search_selected(session, command, args->program, message_limit(session), &found);
    if (!err)
        err = filter_messages(session, command, run, &found);
    uidset_clear(&found);
    return err;
}

static int run_filter(struct session *session, struct command *command)
{
    const struct filter_args *args = command->args;
    struct keyword_table keywords;
    struct filter_run *run;
    struct sieve_problem problem = {.script = SLICE_EMPTY};
    int err = selected_copy_keywords(session, command->arena, &keywords);
    if (err)
        return err;
    err = filter_run_begin(session->mail, command->grants[0], &keywords, &args->choice, &run,
                           &problem);
    if (problem.text[0] && err == -ERR_SYNTAX)
        return refuse_script(session, command, &problem);
    if (err)
        return err;
    err = filter_found(session, command, run);
    filter_run_end(&run);
    return err;
}

const struct imap_command command_filter = {
    .name = "FILTER",
    .rfc = "draft-bosch-imap-filter-sieve-00",
    .capability = "FILTER=SIEVE",
    .states = STATE_SELECTED,
    .traits = TRAIT_UID | TRAIT_WRITES | TRAIT_KEEPS_NUMBERS,
    .args_size = sizeof(struct filter_args),
    .parse = parse_filter,
    .enables = enables_filter,
    .rights = rights_filter,
    .run = run_filter,
};
