/* postroomctl queue …: mail that scripts have sent and nobody has taken yet. */
#include "admin.h"
#include "mail/outgoing.h"
#include "store/outgoing_rows.h"
#include "when.h"

enum { LIST_MAX = 100000 };

static int add_row(struct admin *admin, const struct outgoing_row *row)
{
    struct cell cells[] = {cell_number(row->id),
                           cell_text(row->kind),
                           cell_text(row->written_for),
                           cell_text(row->sender),
                           cell_text(row->recipient),
                           cell_number((int64_t)row->size),
                           cell_text(when_text(&admin->arena, row->queued_at)),
                           cell_text(when_text(&admin->arena, row->due_at)),
                           cell_number(row->attempts),
                           cell_text(row->state),
                           cell_text(row->problem)};
    return output_row(admin->output, cells);
}

static int admin_queue_list(struct admin *admin)
{
    static const char *const columns[] = {"mail", "kind",  "for",      "from",  "to",      "size",
                                          "came", "again", "attempts", "state", "problem", NULL};
    struct outgoing_row *rows;
    size_t count;
    int err = outgoing_rows_list(admin->database, LIST_MAX, &admin->arena, &rows, &count);
    if (err)
        return err;
    output_columns(admin->output, columns);
    for (size_t i = 0; i < count && !err; i++)
        err = add_row(admin, &rows[i]);
    return err;
}

static int queue_number(struct admin *admin, int64_t *out)
{
    uint64_t number;
    struct slice text = admin_argument(admin, 0);
    if (!slice_to_u64(text, &number) || number == 0 || number > INT64_MAX)
        return fail(ERR_INVALID, "\"%.*s\" is no number of a mail", SLICE_ARGS(text));
    *out = (int64_t)number;
    return 0;
}

static int admin_queue_retry(struct admin *admin)
{
    int64_t id = 0;
    size_t count;
    int err = admin->argc ? queue_number(admin, &id) : 0;
    if (!err)
        err = outgoing_rows_hurry(admin->database, id, &count);
    if (!err && id && count == 0)
        err = fail(ERR_NOT_FOUND, "there is no mail %lld that waits", (long long)id);
    if (!err && count)
        outgoing_announce(admin->mail);
    if (!err)
        output_say(admin->output, "%zu tried again within half a minute", count);
    return err;
}

static int admin_queue_delete(struct admin *admin)
{
    int64_t id;
    int err = queue_number(admin, &id);
    if (!err)
        err = outgoing_rows_delete(admin->database, id);
    if (!err)
        output_say(admin->output, "mail %s is not sent any more", admin->argv[0]);
    return err;
}

const struct admin_verb queue_verbs[] = {
    {"queue", "list", "", "Lists the mail that scripts want sent and nobody has taken yet.", 0, 0,
     0, admin_queue_list, NULL},
    {"queue", "retry", "[MAIL]", "Has a mail tried again now, or all of them.", 0, 1, 0,
     admin_queue_retry, NULL},
    {"queue", "delete", "MAIL", "Takes a mail out of the queue: it is lost, unless it is kept.", 1,
     1, 0, admin_queue_delete, NULL},
    {0},
};
