/* postroomctl address …, domain … */
#include "mail/address.h"

#include "admin.h"

static int admin_address_add(struct admin *admin)
{
    struct slice text = admin_argument(admin, 0), target = admin_argument(admin, 1);
    struct slice shared = SLICE(MAILBOX_SHARED "/");
    bool is_mailbox = slice_starts_with(target, shared) || slice_find(target, ':') < target.len;
    const struct grant *grant;
    int err = is_mailbox ? admin_mailbox_grant(admin, 1, &grant)
                         : address_add_user(admin->mail, text, target);
    if (!err && is_mailbox)
        err = address_add_mailbox(admin->mail, text, grant_mailbox_id(grant));
    if (!err)
        output_say(admin->output, "mail to %s goes to %s", admin->argv[0], admin->argv[1]);
    return err;
}

/* "alice", "Shared/Orders" or "alice:Lists". */
static struct slice target_text(struct admin *admin, const struct address_row *row)
{
    if (row->login.len)
        return row->login;
    char *text = arena_printf(&admin->arena, "%.*s%s%.*s", SLICE_ARGS(row->owner),
                              row->owner.len ? ":" : MAILBOX_SHARED "/", SLICE_ARGS(row->mailbox));
    return text ? slice_cstr(text) : SLICE_EMPTY;
}

static int add_address_row(struct admin *admin, const struct address_row *row)
{
    struct buffer text;
    buffer_init(&text, 0);
    struct mail_address address = {row->local, row->domain};
    mail_address_render(&address, &text);
    struct slice shown = arena_copy(&admin->arena, buffer_slice(&text));
    buffer_clear(&text);
    if (!shown.data)
        return -ERR_NO_MEMORY;
    struct cell cells[] = {cell_text(shown), cell_text(target_text(admin, row))};
    return output_row(admin->output, cells);
}

static int admin_address_list(struct admin *admin)
{
    static const char *const columns[] = {"address", "goes_to", NULL};
    struct address_row *rows;
    size_t count;
    int err = addresses_list(admin->database, &admin->arena, &rows, &count);
    if (err)
        return err;
    output_columns(admin->output, columns);
    for (size_t i = 0; i < count && !err; i++)
        err = add_address_row(admin, &rows[i]);
    return err;
}

static int admin_address_delete(struct admin *admin)
{
    int err = address_delete(admin->mail, admin_argument(admin, 0));
    if (!err)
        output_say(admin->output, "%s is nobody's address any more", admin->argv[0]);
    return err;
}

static int admin_domain_add(struct admin *admin)
{
    int err = address_add_domain(admin->mail, admin_argument(admin, 0));
    if (!err)
        output_say(admin->output, "every user has an address in %s now", admin->argv[0]);
    return err;
}

static int admin_domain_list(struct admin *admin)
{
    static const char *const columns[] = {"domain", "default", NULL};
    struct domain_row *rows;
    size_t count;
    int err = domains_list(admin->database, &admin->arena, &rows, &count);
    if (err)
        return err;
    output_columns(admin->output, columns);
    for (size_t i = 0; i < count && !err; i++) {
        struct cell cells[] = {cell_text(rows[i].name), cell_bool(rows[i].is_default)};
        err = output_row(admin->output, cells);
    }
    return err;
}

static int admin_domain_default(struct admin *admin)
{
    int err = address_set_default_domain(admin->mail, admin_argument(admin, 0));
    if (!err)
        output_say(admin->output, "addresses without a domain are in %s now", admin->argv[0]);
    return err;
}

static int admin_domain_delete(struct admin *admin)
{
    int err = address_delete_domain(admin->mail, admin_argument(admin, 0));
    if (!err)
        output_say(admin->output, "%s is no domain of ours any more", admin->argv[0]);
    return err;
}

const struct admin_verb address_verbs[] = {
    {"address", "add", "ADDRESS LOGIN|MAILBOX",
     "Gives a user or a mailbox an address; @DOMAIN stands for all others of the domain.", 2, 2, 0,
     admin_address_add, NULL},
    {"address", "list", "", "Lists the addresses that were given.", 0, 0, 0, admin_address_list,
     NULL},
    {"address", "delete", "ADDRESS", "Takes an address away.", 1, 1, 0, admin_address_delete, NULL},
    {"domain", "add", "DOMAIN", "Gives every user an address of the login in the domain.", 1, 1, 0,
     admin_domain_add, NULL},
    {"domain", "list", "", "Lists the domains.", 0, 0, 0, admin_domain_list, NULL},
    {"domain", "default", "DOMAIN", "Makes it that of addresses without one.", 1, 1, 0,
     admin_domain_default, NULL},
    {"domain", "delete", "DOMAIN", "Takes the users' addresses in the domain away.", 1, 1, 0,
     admin_domain_delete, NULL},
    {0},
};
