/* postroomctl acl … (RFC 4314) */
#include "mail/acl.h"

#include "admin.h"
#include "when.h"

static int admin_acl_list(struct admin *admin)
{
    static const char *const columns[] = {"identifier", "rights", "expires", NULL};
    const struct grant *grant;
    struct acl_entry *entries = NULL;
    size_t count = 0;
    int err = admin_mailbox_grant(admin, 0, &grant);
    if (!err)
        err = acl_list(admin->mail, grant, &admin->arena, &entries, &count);
    output_columns(admin->output, columns);
    for (size_t i = 0; !err && i < count; i++) {
        struct cell cells[] = {cell_text(entries[i].identifier),
                               cell_text(admin_rights_text(admin, entries[i].rights)),
                               cell_text(when_text(&admin->arena, entries[i].expires_at))};
        err = output_row(admin->output, cells);
    }
    return err;
}

static int admin_acl_set(struct admin *admin)
{
    const struct grant *grant;
    enum rights_change change;
    rights_mask rights;
    int err = rights_change_parse(admin_argument(admin, 2), &change, &rights);
    if (!err)
        err = admin_mailbox_grant(admin, 0, &grant);
    if (!err)
        err = acl_set(admin->mail, grant, admin_argument(admin, 1), change, rights);
    if (!err)
        output_say(admin->output, "the rights of %s on %s were set", admin->argv[1],
                   admin->argv[0]);
    return err;
}

static int admin_acl_delete(struct admin *admin)
{
    const struct grant *grant;
    int err = admin_mailbox_grant(admin, 0, &grant);
    if (!err)
        err = acl_delete(admin->mail, grant, admin_argument(admin, 1));
    if (!err)
        output_say(admin->output, "%s has no entry on %s any more", admin->argv[1], admin->argv[0]);
    return err;
}

/* What each right is for, as people say it. */
static const struct {
    rights_mask right;
    const char *letter;
    const char *meaning;
} right_names[] = {
    {RIGHT_LOOKUP, "l", "see the mailbox (LIST, SUBSCRIBE)"},
    {RIGHT_READ, "r", "read (SELECT, FETCH, SEARCH, STATUS, COPY from)"},
    {RIGHT_SEEN, "s", "keep \\Seen"},
    {RIGHT_WRITE, "w", "change flags (STORE)"},
    {RIGHT_INSERT, "i", "put messages in (APPEND, COPY, MOVE to)"},
    {RIGHT_POST, "p", "send mail to it"},
    {RIGHT_CREATE, "k", "create mailboxes below (CREATE, RENAME to)"},
    {RIGHT_DELETE_MAILBOX, "x", "delete or rename the mailbox (DELETE, RENAME)"},
    {RIGHT_DELETE_MESSAGES, "t", "mark messages \\Deleted (STORE, MOVE)"},
    {RIGHT_EXPUNGE, "e", "remove messages (EXPUNGE, CLOSE, MOVE)"},
    {RIGHT_ADMINISTER, "a", "administer (SETACL, DELETEACL, GETACL, LISTRIGHTS)"},
};

/* The rows that give or take the right, as one line. */
static struct slice explain_right(struct admin *admin, const struct acl_explanation *explanation,
                                  rights_mask right)
{
    struct buffer text;
    buffer_init(&text, 0);
    if (explanation->owner && (right & RIGHTS_OWNER_KEEPS))
        buffer_add_cstr(&text, "owner");
    for (size_t i = 0; i < explanation->count; i++) {
        const struct acl_reason *reason = &explanation->reasons[i];
        if (!reason->applies || !(reason->rights & right))
            continue;
        buffer_add_cstr(&text, text.len ? ", " : "");
        buffer_printf(&text, "%s %.*s%s", reason->negative ? "taken by" : "given by",
                      SLICE_ARGS(reason->identifier), reason->expired ? " (expired)" : "");
    }
    if (!text.len)
        buffer_add_cstr(&text, "no row gives it");
    struct slice copy = arena_copy(&admin->arena, buffer_slice(&text));
    buffer_clear(&text);
    return copy.data ? copy : SLICE_EMPTY;
}

static int admin_acl_explain(struct admin *admin)
{
    static const char *const columns[] = {"right", "held", "why", "needed_to", NULL};
    const struct grant *grant;
    struct acl_explanation explanation;
    int err = admin_mailbox_grant(admin, 1, &grant);
    if (!err)
        err =
            acl_explain(admin->mail, grant, admin_argument(admin, 0), &admin->arena, &explanation);
    if (err)
        return err;
    output_columns(admin->output, columns);
    for (size_t i = 0; !err && i < sizeof right_names / sizeof right_names[0]; i++) {
        rights_mask right = right_names[i].right;
        struct cell cells[] = {cell_text(slice_cstr(right_names[i].letter)),
                               cell_bool(explanation.effective & right),
                               cell_text(explain_right(admin, &explanation, right)),
                               cell_text(slice_cstr(right_names[i].meaning))};
        err = output_row(admin->output, cells);
    }
    return err;
}

const struct admin_verb acl_verbs[] = {
    {"acl", "list", "MAILBOX", "Lists who has which rights.", 1, 1, 0, admin_acl_list, NULL},
    {"acl", "set", "MAILBOX IDENTIFIER RIGHTS",
     "Sets rights; the identifier is a login, group:NAME or anyone, with - before it negative.", 3,
     3, 0, admin_acl_set, NULL},
    {"acl", "delete", "MAILBOX IDENTIFIER", "Deletes an entry.", 2, 2, 0, admin_acl_delete, NULL},
    {"acl", "explain", "LOGIN MAILBOX", "Says for each right why a user has it or not.", 2, 2, 0,
     admin_acl_explain, NULL},
    {0},
};
