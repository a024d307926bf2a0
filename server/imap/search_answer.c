#include "search_answer.h"

#include <stdlib.h>

#include "fiber/fiber.h"
#include "reply.h"
#include "selected.h"

int search_selected(struct session *session, struct command *command,
                    const struct search_node *program, uint32_t most, struct uidset *uids_out)
{
    const struct selected *selected = session->selected;
    struct keyword_table keywords;
    command->names_numbers = search_has_numbers(program);
    if (command->names_numbers && (session->enabled & ENABLED_UIDONLY))
        return command_refuse_numbers(command);
    int err = selected_copy_keywords(session, command->arena, &keywords);
    const struct search_scope scope = {.grant = command->grants[0],
                                       .picture = selected->picture,
                                       .keywords = &keywords,
                                       .recent = &selected->recent,
                                       .saved = &selected->saved,
                                       .most = most,
                                       .lowest_searched = &command->ended_at,
                                       .progress = &command->progress.count};
    if (!err)
        err = search_run(session->mail, &scope, program, uids_out);
    return err;
}

/* Which messages are meant -------------------------------------------------------------- */

static int compare_uids(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* In ascending order a set is made fast. */
static int add_places(const struct search_answer *answer, size_t start, size_t end,
                      struct uidset *out)
{
    size_t count = end - start;
    uint32_t *sorted = count ? malloc(count * sizeof *sorted) : NULL;
    if (count && !sorted)
        return fail(ERR_NO_MEMORY, "no memory for %zu messages", count);
    if (count) {
        memcpy(sorted, answer->uids + start, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, compare_uids);
    }
    int err = 0;
    for (size_t i = 0; i < count && !err; i++)
        err = uidset_add(out, sorted[i]);
    free(sorted);
    return err;
}

/* What "$" becomes, and what MODSEQ is about. */
static int find_meant(const struct search_answer *answer, struct uidset *out)
{
    const struct search_return *wanted = answer->wanted;
    if (search_return_means_all(wanted))
        return add_places(answer, 0, answer->count, out);
    size_t start = 0, end = 0;
    if (wanted->partial.given)
        partial_range_find(&wanted->partial, answer->count, &start, &end);
    int err = add_places(answer, start, end, out);
    if (!err && wanted->minimum && answer->count)
        err = uidset_add(out, answer->uids[0]);
    if (!err && wanted->maximum && answer->count)
        err = uidset_add(out, answer->uids[answer->count - 1]);
    return err;
}

static uint64_t highest_modseq(const struct search_answer *answer, const struct uidset *meant)
{
    const struct picture *picture = answer->session->selected->picture;
    uint64_t highest = 0;
    for (size_t i = 0; i < meant->count; i++) {
        uint64_t uid = meant->ranges[i].first;
        for (; uid <= meant->ranges[i].last; uid++) {
            struct entry entry = {0};
            picture_find(picture, (uint32_t)uid, &entry);
            if (highest < entry.modseq)
                highest = entry.modseq;
            fiber_breathe();
        }
    }
    return highest;
}

/* Lines ------------------------------------------------------------------------------------ */

static uint32_t number_at(const struct search_answer *answer, size_t place)
{
    uint32_t uid = answer->uids[place];
    return answer->command->uid ? uid : picture_seq(answer->session->selected->picture, uid);
}

static void write_old_line(const struct search_answer *answer, uint64_t modseq, struct buffer *out)
{
    buffer_printf(out, "* %s", answer->command->row->name);
    for (size_t i = 0; i < answer->count; i++) {
        buffer_add_char(out, ' ');
        buffer_add_u64(out, number_at(answer, i));
        fiber_breathe();
    }
    if (modseq)
        buffer_printf(out, " (MODSEQ %llu)", (unsigned long long)modseq);
}

/* A sequence-set in the order of the answer: ranges only where it ascends (RFC 5267 section
 * 3.2). */
static void write_set(const struct search_answer *answer, size_t start, size_t end,
                      struct buffer *out)
{
    size_t place = start;
    uint32_t next = place < end ? number_at(answer, place) : 0;
    while (place < end) {
        uint32_t first = next, last = next;
        while (++place < end && (next = number_at(answer, place)) == last + 1)
            last = next;
        buffer_add_u64(out, first);
        if (last > first) {
            buffer_add_char(out, ':');
            buffer_add_u64(out, last);
        }
        if (place < end)
            buffer_add_char(out, ',');
        fiber_breathe();
    }
}

/* ret-data-partial (RFC 9394 section 4) */
static void write_partial(const struct search_answer *answer, struct buffer *out)
{
    const struct partial_range *range = &answer->wanted->partial;
    const char *sign = range->from_end ? "-" : "";
    size_t start, end;
    partial_range_find(range, answer->count, &start, &end);
    buffer_printf(out, " PARTIAL (%s%u:%s%u ", sign, range->first, sign, range->last);
    if (start == end)
        buffer_add_cstr(out, "NIL");
    else
        write_set(answer, start, end, out);
    buffer_add_char(out, ')');
}

static void write_esearch(const struct search_answer *answer, uint64_t modseq, struct buffer *out)
{
    const struct search_return *wanted = answer->wanted;
    buffer_add_cstr(out, "* ESEARCH (TAG \"");
    buffer_add(out, answer->command->tag);
    buffer_add_cstr(out, answer->command->uid ? "\") UID" : "\")");
    if (wanted->minimum && answer->count)
        buffer_printf(out, " MIN %u", number_at(answer, 0));
    if (wanted->maximum && answer->count)
        buffer_printf(out, " MAX %u", number_at(answer, answer->count - 1));
    if (wanted->count)
        buffer_printf(out, " COUNT %zu", answer->count);
    if (wanted->all && answer->count) {
        buffer_add_cstr(out, " ALL ");
        write_set(answer, 0, answer->count, out);
    }
    if (wanted->partial.given)
        write_partial(answer, out);
    if (modseq)
        buffer_printf(out, " MODSEQ %llu", (unsigned long long)modseq);
}

static int send_line(const struct search_answer *answer, uint64_t modseq)
{
    struct buffer line;
    buffer_init(&line, 0);
    if (answer->wanted->given)
        write_esearch(answer, modseq, &line);
    else
        write_old_line(answer, modseq, &line);
    buffer_add_cstr(&line, "\r\n");
    int err = reply_buffer(answer->session, &line);
    buffer_clear(&line);
    return err;
}

int search_answer_send(const struct search_answer *answer)
{
    const struct search_return *wanted = answer->wanted;
    struct uidset meant;
    uidset_init(&meant);
    int err = answer->with_modseq || wanted->save ? find_meant(answer, &meant) : 0;
    uint64_t modseq = !err && answer->with_modseq ? highest_modseq(answer, &meant) : 0;
    if (!err && (!wanted->given || search_return_tells(wanted)))
        err = send_line(answer, modseq);
    if (!err && wanted->save) {
        struct uidset *saved = &answer->session->selected->saved;
        uidset_clear(saved);
        *saved = meant;
        return 0;
    }
    uidset_clear(&meant);
    return err;
}

void search_answer_refused(struct session *session, const struct search_return *wanted)
{
    if (wanted->save && session->selected)
        uidset_clear(&session->selected->saved);
}
