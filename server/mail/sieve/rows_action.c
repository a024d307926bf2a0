/* Actions: keep, discard, fileinto, redirect (RFC 5228 section 4) with :copy (RFC 3894), :create
 * (RFC 5490), :specialuse (RFC 8579), :mailboxid (RFC 9042); reject and ereject (RFC 5429). */
#include "base/text.h"
#include "sieve/compiler.h"
#include "sieve/machine.h"
#include "sieve/rows.h"
#include "sieve/tag_groups.h"

static const struct sieve_tag copy_tags[] = {
    {"copy", SIEVE_GROUP_COPY, SIEVE_NOTHING, SIEVE_EXT_COPY, 0, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};
static const struct sieve_tag flags_tags[] = {
    {"flags", SIEVE_GROUP_FLAGS, SIEVE_STRINGS, SIEVE_EXT_IMAP4FLAGS, 0, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};
static const struct sieve_tag mailbox_tags[] = {
    {"create", SIEVE_GROUP_CREATE, SIEVE_NOTHING, SIEVE_EXT_MAILBOX, 0, false},
    {"specialuse", SIEVE_GROUP_SPECIAL_USE, SIEVE_STRING, SIEVE_EXT_SPECIAL_USE, 0, false},
    {"mailboxid", SIEVE_GROUP_MAILBOX_ID, SIEVE_STRING, SIEVE_EXT_MAILBOXID, 0, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

/* With :copy the message stays where it would be without the action. */
static void cancel_implicit_keep(struct sieve_run *run, const struct sieve_call *call)
{
    if (!sieve_call_tag(call, SIEVE_GROUP_COPY))
        run->implicit_keep = false;
}

static int run_keep(struct sieve_run *run, const struct sieve_call *call)
{
    struct sieve_action action = {.kind = SIEVE_KEEP, .line = call->place.line};
    int result = sieve_flags_apply(run, call, &action);
    run->implicit_keep = false;
    return result < 0 ? result : sieve_outcome_add(run, &action);
}

static int run_discard(struct sieve_run *run, const struct sieve_call *call)
{
    (void)call;
    run->implicit_keep = false;
    return 0;
}

static bool is_mailbox_name(struct slice name)
{
    return name.len > 0 && text_is_utf8(name) && !text_has_control(name);
}

static int check_fileinto(struct sieve_compiler *compiler, struct sieve_call *call)
{
    if (sieve_call_tag(call, SIEVE_GROUP_MAILBOX_ID) &&
        sieve_call_tag(call, SIEVE_GROUP_SPECIAL_USE))
        return sieve_compile_fail(compiler, call->place,
                                  "\":mailboxid\" and \":specialuse\" exclude each other");
    return sieve_check_strings(compiler, &call->arguments[0], is_mailbox_name,
                               "the name of the mailbox");
}

static int run_fileinto(struct sieve_run *run, const struct sieve_call *call)
{
    struct sieve_action action = {
        .kind = SIEVE_FILEINTO,
        .line = call->place.line,
        .create = sieve_call_tag(call, SIEVE_GROUP_CREATE) != NULL,
    };
    int result = sieve_run_string(run, &call->arguments[0], &action.mailbox);
    if (result == 0 && !is_mailbox_name(action.mailbox))
        result = sieve_run_fail(run, ERR_INVALID, "that is no name of a mailbox: %.*s",
                                SLICE_ARGS(action.mailbox));
    if (result == 0)
        result = sieve_run_tag_string(run, call, SIEVE_GROUP_MAILBOX_ID, &action.mailbox_id);
    if (result == 0)
        result = sieve_run_tag_string(run, call, SIEVE_GROUP_SPECIAL_USE, &action.special_use);
    if (result == 0)
        result = sieve_flags_apply(run, call, &action);
    cancel_implicit_keep(run, call);
    return result < 0 ? result : sieve_outcome_add(run, &action);
}

static int check_redirect(struct sieve_compiler *compiler, struct sieve_call *call)
{
    return sieve_check_strings(compiler, &call->arguments[0], sieve_is_address, "the address");
}

static int run_redirect(struct sieve_run *run, const struct sieve_call *call)
{
    struct sieve_action action = {
        .kind = SIEVE_REDIRECT, .line = call->place.line, .address = SLICE_EMPTY};
    size_t before = run->outcome.count;
    struct slice text = SLICE_EMPTY;
    int result = sieve_run_string(run, &call->arguments[0], &text);
    if (result == 0 && sieve_address_read(text, &run->scratch, &action.address) < 0)
        result = sieve_run_fail(run, ERR_INVALID, "that is no address to redirect to: %.*s",
                                SLICE_ARGS(text));
    if (result == 0)
        result = sieve_outcome_add(run, &action);
    cancel_implicit_keep(run, call);
    if (result < 0)
        return result;
    run->redirects += run->outcome.count > before;
    if (run->redirects > SIEVE_REDIRECTS_MAX)
        return sieve_run_fail(run, ERR_LIMIT, "more than %d redirects", SIEVE_REDIRECTS_MAX);
    return 0;
}

static int refuse(struct sieve_run *run, const struct sieve_call *call, enum sieve_action_kind kind)
{
    struct sieve_action action = {.kind = kind, .line = call->place.line};
    int result = sieve_run_string(run, &call->arguments[0], &action.text);
    run->implicit_keep = false;
    return result < 0 ? result : sieve_outcome_add(run, &action);
}

static int run_reject(struct sieve_run *run, const struct sieve_call *call)
{
    return refuse(run, call, SIEVE_REJECT);
}

static int run_ereject(struct sieve_run *run, const struct sieve_call *call)
{
    return refuse(run, call, SIEVE_EREJECT);
}

static const struct sieve_tag *const keep_tags[] = {flags_tags, NULL};
static const struct sieve_tag *const fileinto_tags[] = {copy_tags, flags_tags, mailbox_tags, NULL};
static const struct sieve_tag *const redirect_tags[] = {copy_tags, NULL};

const struct sieve_row sieve_row_keep = {
    .name = "keep", .kind = SIEVE_COMMAND, .tags = keep_tags, .run = run_keep};
const struct sieve_row sieve_row_discard = {
    .name = "discard", .kind = SIEVE_COMMAND, .run = run_discard};

const struct sieve_row sieve_row_fileinto = {
    .name = "fileinto",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_FILEINTO,
    .tags = fileinto_tags,
    .parameters = {{"the name of the mailbox", SIEVE_STRING, false, false}},
    .check = check_fileinto,
    .run = run_fileinto,
};

const struct sieve_row sieve_row_redirect = {
    .name = "redirect",
    .kind = SIEVE_COMMAND,
    .tags = redirect_tags,
    .parameters = {{"the address", SIEVE_STRING, false, false}},
    .check = check_redirect,
    .run = run_redirect,
};

const struct sieve_row sieve_row_reject = {
    .name = "reject",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_REJECT,
    .parameters = {{"the reason", SIEVE_STRING, false, false}},
    .run = run_reject,
};

const struct sieve_row sieve_row_ereject = {
    .name = "ereject",
    .kind = SIEVE_COMMAND,
    .extension = SIEVE_EXT_EREJECT,
    .parameters = {{"the reason", SIEVE_STRING, false, false}},
    .run = run_ereject,
};
