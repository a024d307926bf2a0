#include "deleted.h"

#include "when.h"

/* "12 (3 messages, deleted 2026-11-23T10:00:00Z by alice), 15 (…)" */
static const char *describe(struct admin *admin, const struct deleted_mailbox_row *rows,
                            size_t count)
{
    const char *text = "";
    for (size_t i = 0; i < count && text; i++)
        text =
            arena_printf(&admin->arena, "%s%s%lld (%llu messages, deleted %.*s by %.*s)", text,
                         i ? ", " : "", (long long)rows[i].id, (unsigned long long)rows[i].messages,
                         SLICE_ARGS(when_text(&admin->arena, rows[i].deleted_at)),
                         SLICE_ARGS(rows[i].actor.len ? rows[i].actor : SLICE("somebody")));
    return text ? text : "";
}

static int pick(struct admin *admin, int i, const struct deleted_mailbox_row *rows, size_t count,
                struct deleted_mailbox_row *out)
{
    struct slice id = admin_option(admin, "id");
    uint64_t wanted = 0;
    if (id.data && !slice_to_u64(id, &wanted))
        return fail(ERR_INVALID, "\"%.*s\" is no number of a mailbox", SLICE_ARGS(id));
    for (size_t row = 0; row < count; row++) {
        if (id.data ? (uint64_t)rows[row].id == wanted : count == 1) {
            *out = rows[row];
            return 0;
        }
    }
    if (count == 0)
        return fail(ERR_NOT_FOUND, "there is no mailbox \"%s\", nor a deleted one that is kept",
                    admin->argv[i]);
    return fail(ERR_INVALID, "several deleted mailboxes were \"%s\", choose by --id: %s",
                admin->argv[i], describe(admin, rows, count));
}

int admin_deleted_mailbox(struct admin *admin, int i, struct deleted_mailbox_row *out)
{
    struct slice name;
    struct deleted_mailbox_row *rows = NULL;
    size_t count = 0;
    int err = admin_mailbox_name(admin, admin_argument(admin, i), &name);
    if (!err)
        err = mailbox_list_deleted(admin->mail, &admin->actor, name, &admin->arena, &rows, &count);
    return err ? err : pick(admin, i, rows, count, out);
}
