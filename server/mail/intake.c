#include <stdlib.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "mail/content.h"
#include "mail/preview.h"
#include "sort_record.h"

struct intake {
    struct mail *mail;
    struct arena arena; /* the scanner's */
    struct mime_scanner *scanner;
    struct digest *digest;
    struct buffer held; /* not stored yet; see held_max */
    uint64_t size;      /* of everything so far */
    uint64_t max;       /* as configured at the beginning: a reload may change it */
    int64_t upload_id;  /* 0: everything is still held */
    uint32_t chunks_stored;
};

int intake_begin(struct mail *mail, struct intake **out)
{
    struct intake *intake = calloc(1, sizeof *intake);
    if (!intake)
        return fail(ERR_NO_MEMORY, "Out of memory");
    intake->mail = mail;
    intake->max = mail->settings.message_max;
    arena_init(&intake->arena, 0);
    buffer_init(&intake->held, MESSAGE_SMALL_MAX);
    int err = mime_scanner_new(&intake->arena, &mail->settings.mime, &intake->scanner);
    if (!err)
        err = digest_new(&intake->digest);
    if (err) {
        intake_free(&intake);
        return err;
    }
    *out = intake;
    return 0;
}

/* A small message is stored by one statement, what is larger chunk by chunk. */
static size_t held_max(const struct intake *intake)
{
    return intake->upload_id ? MESSAGE_CHUNK_SIZE : MESSAGE_SMALL_MAX;
}

static int store_held(struct intake *intake)
{
    struct database *database = intake->mail->database;
    struct slice held = buffer_slice(&intake->held);
    int err = intake->upload_id ? 0 : messages_begin_upload(database, &intake->upload_id);
    for (size_t at = 0; at < held.len && !err; at += MESSAGE_CHUNK_SIZE)
        err = messages_put_chunk(database, intake->upload_id, intake->chunks_stored++,
                                 slice_sub(held, at, MESSAGE_CHUNK_SIZE));
    if (!err)
        buffer_reset(&intake->held);
    return err;
}

/* Stored only when more comes: a message of exactly that size is a small one. */
static int keep(struct intake *intake, struct slice octets)
{
    while (octets.len) {
        int err = intake->held.len == held_max(intake) ? store_held(intake) : 0;
        if (err)
            return err;
        struct slice part = slice_sub(octets, 0, held_max(intake) - intake->held.len);
        buffer_add(&intake->held, part);
        err = buffer_check(&intake->held);
        if (err)
            return err;
        octets = slice_sub(octets, part.len, octets.len);
    }
    return 0;
}

void intake_allow(struct intake *intake, size_t octets)
{
    intake->max += octets;
}

int intake_write(struct intake *intake, struct slice octets)
{
    if (octets.len > intake->max - intake->size)
        return fail(ERR_TOO_BIG, "The message is over %llu octets",
                    (unsigned long long)intake->max);
    intake->size += octets.len;
    digest_update(intake->digest, octets);
    int err = mime_scanner_feed(intake->scanner, octets);
    if (!err)
        err = keep(intake, octets);
    fiber_breathe();
    return err;
}

/* What is computed once, for all FETCH and SEARCH to come. */
struct rendering {
    struct buffer envelope, bodystructure, parts, sort_record, preview;
};

/* Of a large message the beginning is not at hand any more: its preview is made when somebody
 * asks for it. */
static int render_preview(const struct intake *intake, const struct mime_tree *tree,
                          struct buffer *out)
{
    if (intake->upload_id)
        return 0;
    return preview_make(tree, slice_sub(buffer_slice(&intake->held), 0, PREVIEW_OCTETS), out);
}

static int render(struct intake *intake, const struct mime_tree *tree, struct rendering *rendering,
                  struct message_row *row)
{
    struct mime_summary summary;
    mime_summarise(tree->headers[0], &intake->arena, &summary);
    mime_render_envelope(tree->headers[0], &rendering->envelope);
    mime_tree_encode(tree, &rendering->parts);
    sort_record_make(tree->headers[0], &rendering->sort_record);
    int err = mime_render_bodystructure(tree, MIME_REV1, &rendering->bodystructure);
    if (!err)
        err = buffer_check(&rendering->envelope);
    if (!err)
        err = buffer_check(&rendering->bodystructure);
    if (!err)
        err = buffer_check(&rendering->parts);
    if (!err)
        err = buffer_check(&rendering->sort_record);
    if (!err)
        err = render_preview(intake, tree, &rendering->preview);
    if (err)
        return err;
    *row = (struct message_row){.size = intake->size,
                                .header = tree->headers[0],
                                .envelope = buffer_slice(&rendering->envelope),
                                .bodystructure = buffer_slice(&rendering->bodystructure),
                                .parts = buffer_slice(&rendering->parts),
                                .message_id = summary.message_id,
                                .sent_day = summary.sent_day,
                                .sent_at = summary.sent_instant,
                                .sort_record = buffer_slice(&rendering->sort_record),
                                .preview = intake->upload_id ? (struct slice){0}
                                                             : buffer_slice(&rendering->preview)};
    digest_finish(intake->digest, row->sha256);
    return 0;
}

static int store(struct intake *intake, const struct message_row *row, int64_t *id_out)
{
    struct database *database = intake->mail->database;
    if (!intake->upload_id) {
        const struct message_content content = {*row, buffer_slice(&intake->held)};
        const struct message_content *contents = &content;
        return messages_put(database, &contents, 1, id_out);
    }
    int err = store_held(intake);
    if (!err)
        err = messages_finish_upload(database, intake->upload_id, row, id_out);
    if (!err)
        intake->upload_id = 0;
    return err;
}

/* What becomes of the rendered message. */
typedef int finish_row(struct intake *intake, const struct message_row *row, struct arena *arena,
                       struct intake_result *out);

static int finish_stored(struct intake *intake, const struct message_row *row, struct arena *arena,
                         struct intake_result *out)
{
    (void)arena;
    int64_t id = 0;
    int err = store(intake, row, &id);
    if (!err)
        *out = (struct intake_result){id, intake->size, row->sent_at, message_seal(row), NULL};
    return err;
}

static int finish_held(struct intake *intake, const struct message_row *row, struct arena *arena,
                       struct intake_result *out)
{
    if (intake->size > INTAKE_HOLD_MAX)
        return finish_stored(intake, row, arena, out);
    struct message_content *content = ARENA_NEW(arena, struct message_content);
    if (!content)
        return fail(ERR_NO_MEMORY, "no memory for a message");
    *content = (struct message_content){*row, buffer_slice(&intake->held)};
    struct slice *texts[] = {&content->row.header,        &content->row.envelope,
                             &content->row.bodystructure, &content->row.parts,
                             &content->row.message_id,    &content->octets,
                             &content->row.sort_record,   &content->row.preview};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = arena_copy(arena, *texts[i]);
        if (!texts[i]->data)
            return fail(ERR_NO_MEMORY, "no memory for a message");
    }
    *out = (struct intake_result){0, intake->size, row->sent_at, 0, content};
    return 0;
}

static int intake_end(struct intake *intake, finish_row *finish, struct arena *arena,
                      struct intake_result *out)
{
    const struct mime_tree *tree;
    int err = mime_scanner_finish(intake->scanner, &tree);
    if (err)
        return err;
    struct rendering rendering;
    buffer_init(&rendering.envelope, 0);
    buffer_init(&rendering.bodystructure, 0);
    buffer_init(&rendering.parts, 0);
    buffer_init(&rendering.sort_record, 0);
    buffer_init(&rendering.preview, 0);
    struct message_row row;
    err = render(intake, tree, &rendering, &row);
    if (!err)
        err = finish(intake, &row, arena, out);
    buffer_clear(&rendering.envelope);
    buffer_clear(&rendering.bodystructure);
    buffer_clear(&rendering.parts);
    buffer_clear(&rendering.sort_record);
    buffer_clear(&rendering.preview);
    return err;
}

int intake_finish(struct intake *intake, struct intake_result *out)
{
    return intake_end(intake, finish_stored, NULL, out);
}

int intake_hold(struct intake *intake, struct arena *arena, struct intake_result *out)
{
    return intake_end(intake, finish_held, arena, out);
}

int intake_store_held(struct mail *mail, struct intake_result *const *results, size_t count)
{
    const struct message_content *contents[INTAKE_STORE_MAX] = {0};
    int64_t ids[INTAKE_STORE_MAX];
    for (size_t i = 0; i < count; i++)
        contents[i] = results[i]->content;
    int err = messages_put(mail->database, contents, count, ids);
    for (size_t i = 0; i < count && !err; i++) {
        results[i]->message_id = ids[i];
        results[i]->seal = message_seal(&contents[i]->row);
        results[i]->content = NULL;
    }
    return err;
}

void intake_free(struct intake **intake)
{
    struct intake *old = *intake;
    if (!old)
        return;
    *intake = NULL;
    /* When this fails, the sweep of uploads does it later. */
    if (old->upload_id && messages_abandon_upload(old->mail->database, old->upload_id) != 0)
        old->upload_id = 0;
    digest_free(&old->digest);
    buffer_clear(&old->held);
    arena_clear(&old->arena);
    free(old);
}
