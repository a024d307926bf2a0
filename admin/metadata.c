/* postroomctl metadata … (RFC 5464) */
#include "mail/annotation.h"

#include "admin.h"
#include "model/annotation_entry.h"

/* Argument 0: a mailbox, or "server", whose grant is NULL. */
static int metadata_place(struct admin *admin, const struct grant **out)
{
    *out = NULL;
    if (slice_equal(admin_argument(admin, 0), SLICE("server")))
        return 0;
    return admin_mailbox_grant(admin, 0, out);
}

static int metadata_entry(struct admin *admin, int i, struct slice *out)
{
    int err = annotation_entry_parse(admin_argument(admin, i), &admin->arena, out);
    return err == -ERR_SYNTAX ? fail(ERR_INVALID, "%s: %s", admin->argv[i], last_error()->text)
                              : err;
}

static int metadata_print(struct admin *admin, const struct grant *grant, struct slice entry,
                          int32_t depth)
{
    static const char *const columns[] = {"entry", "value", NULL};
    const struct annotation_query query = {
        .entries = &entry, .count = 1, .depth = depth, .value_max = UINT64_MAX};
    struct annotation *annotations;
    size_t count;
    int err = annotation_read(admin->mail, &admin->actor, grant, &query, &admin->arena,
                              &annotations, &count);
    if (err)
        return err;
    output_columns(admin->output, columns);
    for (size_t i = 0; i < count && !err; i++) {
        struct cell cells[] = {cell_text(annotations[i].entry), cell_text(annotations[i].value)};
        err = output_row(admin->output, cells);
    }
    return err;
}

static int admin_metadata_list(struct admin *admin)
{
    const struct grant *grant;
    int err = metadata_place(admin, &grant);
    return err ? err : metadata_print(admin, grant, SLICE("/shared"), ANNOTATION_ANY_DEPTH);
}

static int admin_metadata_get(struct admin *admin)
{
    const struct grant *grant;
    struct slice entry, value;
    int err = metadata_place(admin, &grant);
    if (!err)
        err = metadata_entry(admin, 1, &entry);
    if (!err)
        err = annotation_get(admin->mail, &admin->actor, grant, entry, &admin->arena, &value);
    if (err)
        return err;
    if (!value.data)
        return fail(ERR_NOT_FOUND, "%s has no %s", admin->argv[0], admin->argv[1]);
    output_single(admin->output);
    return metadata_print(admin, grant, entry, 0);
}

static int admin_metadata_set(struct admin *admin)
{
    const struct grant *grant;
    struct annotation annotation = {.value = {NULL, 0}};
    int err = metadata_place(admin, &grant);
    if (!err)
        err = metadata_entry(admin, 1, &annotation.entry);
    if (!err && annotation_entry_check_value(annotation.entry))
        err = fail(ERR_INVALID, "%s: %s", admin->argv[1], last_error()->text);
    if (admin->argc > 2)
        annotation.value = admin_argument(admin, 2);
    if (!err)
        err = annotation_write(admin->mail, &admin->actor, grant, &annotation, 1);
    if (!err)
        output_say(admin->output, "%s of %s was %s", admin->argv[1], admin->argv[0],
                   annotation.value.data ? "set" : "removed");
    return err;
}

const struct admin_verb metadata_verbs[] = {
    {"metadata", "list", "MAILBOX|server", "Lists shared annotations (RFC 5464).", 1, 1, 0,
     admin_metadata_list, NULL},
    {"metadata", "get", "MAILBOX|server ENTRY", "Shows one, such as /shared/comment.", 2, 2, 0,
     admin_metadata_get, NULL},
    {"metadata", "set", "MAILBOX|server ENTRY [VALUE]", "Sets one; without VALUE it goes.", 2, 3, 0,
     admin_metadata_set, NULL},
    {0},
};
