#include "notify_line.h"

#include "list_line.h"
#include "model/notation.h"
#include "reply.h"

struct status_line {
    const struct watch_item *item;
    const char *separator;
    struct buffer *out;
};

static void add_number(struct status_line *line, const char *name, uint64_t value)
{
    buffer_printf(line->out, "%s%s %llu", line->separator, name, (unsigned long long)value);
    line->separator = " ";
}

/* Sections 3.1 and 5.1 to 5.3. Changes of flags are told of by the modseq when the client knows
 * of modseqs, and by the number of unseen messages. */
static void render_status(const struct session *session, const struct watch_item *item,
                          struct buffer *out)
{
    const struct mailbox_status *status = &item->status;
    bool flags = item->events & NOTIFY_FLAG_CHANGE;
    bool messages = item->about & (WATCH_ALL | WATCH_MESSAGES);
    bool modseqs = session->enabled & ENABLED_CONDSTORE;
    if (!messages && !modseqs && !(item->about & WATCH_UNSEEN))
        return;
    struct status_line line = {.item = item, .separator = "", .out = out};
    buffer_add_cstr(out, "* STATUS ");
    reply_mailbox(session, item->mailbox.name, out);
    buffer_add_cstr(out, " (");
    if (messages) {
        add_number(&line, "MESSAGES", status->messages);
        add_number(&line, "UIDNEXT", status->uidnext);
    }
    add_number(&line, "UIDVALIDITY", status->uidvalidity);
    if (flags)
        add_number(&line, "UNSEEN", status->unseen);
    if (modseqs || (flags && (item->about & WATCH_ALL)))
        add_number(&line, "HIGHESTMODSEQ", status->highest_modseq);
    buffer_add_cstr(out, ")\r\n");
}

static void render_name(const struct session *session, const struct watch_item *item,
                        struct buffer *out)
{
    const struct list_line line = {.mailbox = &item->mailbox,
                                   .extended = true,
                                   .no_access = item->no_access,
                                   .old_name = item->old_name};
    list_line_render(session, &line, out);
    buffer_add_cstr(out, "\r\n");
}

/* The first entry of several: a space in the name of one is not followed by "/". */
static struct slice first_entry(struct slice entries)
{
    size_t end = slice_search(entries, SLICE(" /"));
    return end == SIZE_MAX ? entries : slice_sub(entries, 0, end);
}

/* RFC 5464 section 4.4.2 */
static void render_metadata(const struct session *session, const struct watch_item *item,
                            struct buffer *out)
{
    buffer_add_cstr(out, "* METADATA ");
    reply_mailbox(session, item->mailbox.name, out);
    struct slice left = item->entries;
    while (left.len) {
        struct slice entry = first_entry(left);
        buffer_add_char(out, ' ');
        notation_astring(out, entry);
        left = slice_sub(left, entry.len + 1, left.len);
    }
    buffer_add_cstr(out, "\r\n");
}

void notify_line_render(const struct session *session, const struct watch_item *item,
                        struct buffer *out)
{
    static void (*const renderers[])(const struct session *session, const struct watch_item *item,
                                     struct buffer *out) = {
        [WATCH_NAME] = render_name,
        [WATCH_METADATA] = render_metadata,
        [WATCH_STATUS] = render_status,
    };
    renderers[item->kind](session, item, out);
}
