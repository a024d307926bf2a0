#include "fetch_structure.h"

#include "mail/content.h"
#include "mail/mime.h"

static bool starts_global(struct slice text)
{
    return slice_starts_with_nocase(text, SLICE("(\"message\" \"global\" "));
}

/* That a text says so, too, does no harm. */
static bool has_global(struct slice bodystructure)
{
    size_t at = 0;
    while (at < bodystructure.len) {
        struct slice rest = slice_sub(bodystructure, at, SIZE_MAX);
        if (starts_global(rest))
            return true;
        at += 1 + slice_find(slice_sub(rest, 1, SIZE_MAX), '(');
    }
    return false;
}

static int scan_piece(void *scanner, struct slice octets)
{
    return mime_scanner_feed(scanner, octets);
}

/* The headers of all parts are needed, of which only the tree is stored. */
static int render_anew(struct fetch_line *line, struct buffer *out)
{
    struct mail *mail = line->request->session->mail;
    const struct entry *entry = &line->message->entry;
    const struct mime_tree *tree;
    struct mime_scanner *scanner;
    int err = mime_scanner_new(line->arena, &mail_settings(mail)->mime, &scanner);
    if (!err)
        err = content_read(mail, line->request->grant, entry->message_id, 0, entry->size,
                           scan_piece, scanner);
    if (!err)
        err = mime_scanner_finish(scanner, &tree);
    return err ? err : mime_render_bodystructure(tree, MIME_REV2, out);
}

/* *out points into `anew` or to what is stored. */
static int find_structure(struct fetch_line *line, struct buffer *anew, struct slice *out)
{
    struct slice stored = line->message->stored->bodystructure;
    bool shows_global = line->request->session->enabled & ENABLED_REV2;
    *out = stored;
    if (!shows_global || !has_global(stored))
        return 0;
    int err = render_anew(line, anew);
    *out = buffer_slice(anew);
    return err;
}

int fetch_render_bodystructure(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    struct buffer anew;
    struct slice structure;
    buffer_init(&anew, 0);
    int err = find_structure(line, &anew, &structure);
    buffer_add(line->out, SLICE("BODYSTRUCTURE "));
    buffer_add(line->out, structure);
    buffer_clear(&anew);
    return err;
}

int fetch_render_body(struct fetch_line *line, const struct fetch_item *item)
{
    (void)item;
    struct buffer anew;
    struct slice structure;
    buffer_init(&anew, 0);
    int err = find_structure(line, &anew, &structure);
    buffer_add(line->out, SLICE("BODY "));
    if (!err)
        err = mime_body_from_bodystructure(structure, line->out);
    buffer_clear(&anew);
    return err;
}
