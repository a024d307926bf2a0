/* THREAD (RFC 5256). */
#include "commands.h"

#include "../message_limit.h"
#include "../reply.h"
#include "../search_answer.h"
#include "../selected.h"
#include "fiber/fiber.h"
#include "mail/sort.h"
#include "proto/search_args.h"
#include "proto/sort_args.h"

/* What the messages of one THREAD may take: half a million, about. */
enum { THREAD_OCTETS = 128 << 20 };

struct thread_args {
    enum thread_algorithm algorithm;
    struct search_node *program;
};

static int parse_thread(struct lexer *lexer, void *out)
{
    struct thread_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = thread_algorithm_parse(lexer, &args->algorithm);
    if (!err)
        err = lexer_space(lexer);
    return err ? err : search_criteria_parse(lexer, &args->program);
}

static void rights_thread(const void *in, bool uid, struct rights_wanted *wanted)
{
    (void)in;
    (void)uid;
    wanted[0] = (struct rights_wanted){.subject = RIGHTS_OF_SELECTED, .all = RIGHT_READ};
}

static unsigned enables_thread(const void *in)
{
    const struct thread_args *args = in;
    return search_has(args->program, SEARCH_MODSEQ) ? ENABLED_CONDSTORE : 0;
}

/* A child that is the only one goes on in its parent's list; else each has a list of its own. */
static bool opens_list(const struct thread_message *message, const struct thread_message *root)
{
    return message->parent == root || message->previous || message->next;
}

static void write_message(const struct session *session, bool uid,
                          const struct thread_message *message, const struct thread_message *root,
                          struct buffer *out)
{
    if (opens_list(message, root))
        buffer_add_char(out, '(');
    if (message->uid)
        buffer_add_u64(out,
                       uid ? message->uid : picture_seq(session->selected->picture, message->uid));
    if (message->uid && message->first_child)
        buffer_add_char(out, ' ');
}

/* Down to children first, then to siblings, closing what ends; threads may be deeper than a
 * stack is. */
static void write_threads(const struct session *session, bool uid,
                          const struct thread_message *root, struct buffer *out)
{
    const struct thread_message *message = root->first_child;
    while (message) {
        write_message(session, uid, message, root, out);
        fiber_breathe();
        if (message->first_child) {
            message = message->first_child;
            continue;
        }
        for (; message != root; message = message->parent) {
            if (opens_list(message, root))
                buffer_add_char(out, ')');
            if (message->next)
                break;
        }
        message = message == root ? NULL : message->next;
    }
}

static int send_threads(struct session *session, bool uid, const struct thread_message *root)
{
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, root->first_child ? "* THREAD " : "* THREAD");
    write_threads(session, uid, root, &line);
    buffer_add_cstr(&line, "\r\n");
    int err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

static int run_thread(struct session *session, struct command *command)
{
    const struct thread_args *args = command->args;
    uint32_t limit = message_limit(session);
    if (limit && picture_count(session->selected->picture) > limit)
        return message_limit_refuse(command, limit, NULL); /* RFC 9738 section 3.3 */
    struct uidset found;
    uidset_init(&found);
    const struct sort_scope scope = {.grant = command->grants[0],
                                     .picture = session->selected->picture,
                                     .uids = &found,
                                     .progress = progress_begin(session, command, 0)};
    int err = search_selected(session, command, args->program, 0, &found);
    struct arena arena;
    arena_init(&arena, THREAD_OCTETS);
    struct thread_message *root;
    if (!err)
        err = thread_run(session->mail, &scope, args->algorithm, &arena, &root);
    progress_end(command);
    uidset_clear(&found);
    if (!err)
        err = send_threads(session, command->uid, root);
    arena_clear(&arena);
    return err;
}

const struct imap_command command_thread = {
    .name = "THREAD",
    .rfc = "RFC 5256",
    .capability = "THREAD=ORDEREDSUBJECT THREAD=REFERENCES",
    .states = STATE_SELECTED,
    .traits = TRAIT_UID | TRAIT_KEEPS_NUMBERS | TRAIT_SHOWS_NOW,
    .args_size = sizeof(struct thread_args),
    .parse = parse_thread,
    .enables = enables_thread,
    .rights = rights_thread,
    .run = run_thread,
};
