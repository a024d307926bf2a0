/* GETQUOTA, GETQUOTAROOT, SETQUOTA (RFC 9208 section 4.1). */
#include "commands.h"

#include "../reply.h"
#include "mail/quota.h"

/* RFC 9208 section 5: storage is counted in units of 1024 octets. */
static const struct quota_unit {
    const char *name;
    unsigned shift;
} quota_units[QUOTA_RESOURCES] = {
    [QUOTA_STORAGE] = {"STORAGE", 10},
    [QUOTA_MESSAGES] = {"MESSAGE", 0},
    [QUOTA_MAILBOXES] = {"MAILBOX", 0},
};

static void quota_render_resource(const struct quota *quota, enum quota_resource resource,
                                  struct buffer *line)
{
    unsigned shift = quota_units[resource].shift;
    uint64_t begun = ((uint64_t)1 << shift) - 1; /* a unit that is not full counts */
    buffer_printf(line, "%s %llu %llu", quota_units[resource].name,
                  (unsigned long long)((quota->used.of[resource] + begun) >> shift),
                  (unsigned long long)(quota->limits.of[resource] >> shift));
}

/* Section 4.2.1: what is not in the list is not limited. The names of roots are written as
 * those of mailboxes are, so that clients can read and show them. */
static int quota_reply(struct session *session, const struct quota *quota)
{
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "* QUOTA ");
    reply_mailbox(session, quota->name, &line);
    buffer_add_cstr(&line, " (");
    const char *separator = "";
    for (int i = 0; i < QUOTA_RESOURCES; i++) {
        if (quota->limits.of[i] == QUOTA_UNLIMITED)
            continue;
        buffer_add_cstr(&line, separator);
        quota_render_resource(quota, (enum quota_resource)i, &line);
        separator = " ";
    }
    buffer_add_cstr(&line, ")\r\n");
    int err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

struct quota_args {
    struct slice name; /* of a root or a mailbox */
    struct quota_amounts limits;
};

static int parse_quota_name(struct lexer *lexer, struct quota_args *args)
{
    int err = lexer_space(lexer);
    return err ? err : lexer_mailbox(lexer, &args->name);
}

static int parse_only_quota_name(struct lexer *lexer, void *out)
{
    int err = parse_quota_name(lexer, out);
    return err ? err : lexer_end(lexer);
}

static int run_getquota(struct session *session, struct command *command)
{
    const struct quota_args *args = command->args;
    struct quota quota;
    int err = quota_get(session->mail, &session->actor, args->name, command->arena, &quota);
    return err ? err : quota_reply(session, &quota);
}

const struct imap_command command_getquota = {
    .name = "GETQUOTA",
    .rfc = "RFC 9208 section 4.1.1",
    .capability = "QUOTA QUOTA=RES-STORAGE QUOTA=RES-MESSAGE QUOTA=RES-MAILBOX",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct quota_args),
    .parse = parse_only_quota_name,
    .run = run_getquota,
};

/* The mailbox need not exist, so that its rights are not the dispatcher's to check. */
static int run_getquotaroot(struct session *session, struct command *command)
{
    const struct quota_args *args = command->args;
    struct quota quota;
    bool found;
    int err =
        quota_of_name(session->mail, &session->actor, args->name, command->arena, &quota, &found);
    if (err)
        return err;
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "* QUOTAROOT ");
    reply_mailbox(session, args->name, &line);
    if (found) {
        buffer_add_char(&line, ' ');
        reply_mailbox(session, quota.name, &line);
    }
    buffer_add_cstr(&line, "\r\n");
    err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err || !found ? err : quota_reply(session, &quota);
}

const struct imap_command command_getquotaroot = {
    .name = "GETQUOTAROOT",
    .rfc = "RFC 9208 section 4.1.2",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct quota_args),
    .parse = parse_only_quota_name,
    .run = run_getquotaroot,
};

/* A limit that is more than can be kept is the highest there is (section 4.1.3: the
 * server may round). Of a resource named twice the last counts. */
static int parse_quota_limit(struct lexer *lexer, struct quota_args *args)
{
    struct slice name;
    uint64_t limit;
    int err = lexer_atom(lexer, &name);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = lexer_number64(lexer, &limit);
    if (err)
        return err;
    for (int i = 0; i < QUOTA_RESOURCES; i++) {
        if (!slice_equal_nocase(name, slice_cstr(quota_units[i].name)))
            continue;
        uint64_t max = QUOTA_MAX >> quota_units[i].shift;
        args->limits.of[i] = (limit < max ? limit : max) << quota_units[i].shift;
        return 0;
    }
    return fail(ERR_INVALID, "There is no quota for %.*s", SLICE_ARGS(name));
}

static int parse_quota_limits(struct lexer *lexer, struct quota_args *args)
{
    args->limits = QUOTA_NO_LIMITS;
    int err = lexer_expect(lexer, '(');
    lexer_skip_spaces(lexer);
    bool ended = !err && lexer_accept(lexer, ')');
    while (!err && !ended) {
        err = parse_quota_limit(lexer, args);
        ended = !err && lexer_accept(lexer, ')');
        if (!err && !ended)
            err = lexer_space(lexer);
    }
    return err;
}

static int parse_setquota(struct lexer *lexer, void *out)
{
    struct quota_args *args = out;
    int err = parse_quota_name(lexer, args);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = parse_quota_limits(lexer, args);
    return err ? err : lexer_end(lexer);
}

static int run_setquota(struct session *session, struct command *command)
{
    const struct quota_args *args = command->args;
    int err = quota_set(session->mail, &session->actor, args->name, &args->limits);
    return err ? err : run_getquota(session, command);
}

const struct imap_command command_setquota = {
    .name = "SETQUOTA",
    .rfc = "RFC 9208 section 4.1.3",
    .capability = "QUOTASET",
    .states = STATE_LOGGED_IN,
    .args_size = sizeof(struct quota_args),
    .parse = parse_setquota,
    .run = run_setquota,
};
