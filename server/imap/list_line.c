#include "list_line.h"

#include "reply.h"

static void render_attributes(const struct list_line *line, struct buffer *out)
{
    const struct listed_mailbox *row = line->mailbox;
    const struct {
        bool is_so;
        const char *name;
    } attributes[] = {
        {line->extended && !row->exists, "\\NonExistent"},
        {row->exists ? line->cannot_select : !line->extended, "\\Noselect"},
        {line->no_access, "\\NoAccess"},
        {row->no_inferiors && !row->has_children, "\\NoInferiors"},
        {row->subscribed, "\\Subscribed"},
        {row->has_children, "\\HasChildren"},
        {row->exists && !row->has_children, "\\HasNoChildren"},
    };
    const char *separator = "";
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        if (!attributes[i].is_so)
            continue;
        buffer_add_cstr(out, separator);
        buffer_add_cstr(out, attributes[i].name);
        separator = " ";
    }
    if (row->special_use.len) {
        buffer_add_cstr(out, separator);
        buffer_add(out, row->special_use);
    }
}

void list_line_render(const struct session *session, const struct list_line *line,
                      struct buffer *out)
{
    buffer_add_cstr(out, "* LIST (");
    render_attributes(line, out);
    buffer_add_cstr(out, ") \"/\" ");
    reply_mailbox(session, line->mailbox->name, out);
    if (line->old_name.len) {
        buffer_add_cstr(out, " (\"OLDNAME\" (");
        reply_mailbox(session, line->old_name, out);
        buffer_add_cstr(out, "))");
    }
}
