#include "resync.h"

#include "fetch_batch.h"
#include "fiber/fiber.h"
#include "reply.h"
#include "selected.h"

/* Arguments ------------------------------------------------------------------------------ */

int resync_parse_uids(struct lexer *lexer, struct sequence_set *out)
{
    int err = lexer_sequence_set(lexer, out);
    if (!err && out->saved)
        err = fail(ERR_SYNTAX, "There may be no $ in a set of known UIDs");
    for (size_t i = 0; i < out->count && !err; i++)
        if (out->items[i].first == 0 || out->items[i].last == 0)
            err = fail(ERR_SYNTAX, "There may be no * in a set of known UIDs");
    return err;
}

static uint64_t items_size(const struct sequence_set *set)
{
    uint64_t size = 0;
    for (size_t i = 0; i < set->count; i++)
        size += (uint64_t)set->items[i].last - set->items[i].first + 1;
    return size;
}

static bool is_ascending(const struct sequence_set *set)
{
    uint32_t last = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (set->items[i].first <= last || set->items[i].last < set->items[i].first)
            return false;
        last = set->items[i].last;
    }
    return true;
}

/* "(" known-sequence-set SP known-uid-set ")" */
static int parse_match(struct lexer *lexer, struct resync_args *args)
{
    int err = resync_parse_uids(lexer, &args->match_numbers);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = resync_parse_uids(lexer, &args->match_uids);
    if (!err)
        err = lexer_expect(lexer, ')');
    if (!err && (!is_ascending(&args->match_numbers) || !is_ascending(&args->match_uids) ||
                 items_size(&args->match_numbers) != items_size(&args->match_uids)))
        err = fail(ERR_SYNTAX, "Numbers and UIDs must be ascending and equally many");
    return err;
}

/* [SP known-uids] [SP seq-match-data] ")" */
static int parse_optional(struct lexer *lexer, struct resync_args *args)
{
    int err = 0;
    bool more = !lexer_accept(lexer, ')');
    if (more)
        err = lexer_space(lexer);
    if (!err && more && lexer_peek(lexer) != '(') {
        err = resync_parse_uids(lexer, &args->known);
        more = !err && !lexer_accept(lexer, ')');
        if (more)
            err = lexer_space(lexer);
    }
    if (!err && more) {
        err = lexer_expect(lexer, '(');
        if (!err)
            err = parse_match(lexer, args);
        if (!err)
            err = lexer_expect(lexer, ')');
    }
    return err;
}

int resync_parse(struct lexer *lexer, struct resync_args *out)
{
    out->given = true;
    int err = lexer_expect(lexer, '(');
    if (!err)
        err = lexer_nz_number(lexer, &out->uidvalidity);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = lexer_number64(lexer, &out->modseq);
    return err ? err : parse_optional(lexer, out);
}

/* Changes ---------------------------------------------------------------------------------- */

/* Leaves of `changed` the messages whose numbers are wanted. */
static int keep_numbers(const struct picture *picture, const struct uidset *wanted,
                        struct uidset *changed)
{
    struct uidset kept;
    uidset_init(&kept);
    int err = 0;
    for (size_t i = 0; i < changed->count && !err; i++) {
        uint64_t uid = changed->ranges[i].first;
        for (; uid <= changed->ranges[i].last && !err; uid++) {
            if (uidset_contains(wanted, picture_seq(picture, (uint32_t)uid)))
                err = uidset_add(&kept, (uint32_t)uid);
            fiber_breathe();
        }
    }
    uidset_clear(changed);
    *changed = kept;
    return err;
}

static int resolve_wanted(const struct session *session, const struct sequence_set *sequence,
                          bool is_uid, struct uidset *wanted)
{
    const struct picture *picture = session->selected->picture;
    if (sequence->saved)
        return selected_resolve(session, sequence, is_uid, wanted);
    uint32_t count = picture_count(picture);
    uint32_t largest = is_uid && count > 0 ? picture_uid(picture, count) : count;
    int err = sequence_set_resolve(sequence, largest, wanted);
    bool beyond = wanted->count > 0 && wanted->ranges[wanted->count - 1].last > count;
    if (!err && !is_uid && (count == 0 || beyond))
        err = fail(ERR_SYNTAX, "There is no message of that number");
    return err;
}

int resync_find_changed(const struct session *session, const struct sequence_set *sequence,
                        bool is_uid, uint64_t since, struct uidset *uids_out)
{
    const struct picture *picture = session->selected->picture;
    struct uidset wanted, changed;
    uidset_init(&wanted);
    uidset_init(&changed);
    int err = resolve_wanted(session, sequence, is_uid, &wanted);
    if (!err)
        err = picture_changed_since(picture, since, &changed);
    if (!err)
        err = is_uid || sequence->saved ? uidset_intersect(&changed, &wanted)
                                        : keep_numbers(picture, &wanted, &changed);
    uidset_clear(&wanted);
    if (err)
        uidset_clear(&changed);
    else
        *uids_out = changed;
    return err;
}

int resync_send_vanished(struct session *session, const struct resync_request *request)
{
    const struct selected *selected = session->selected;
    struct uidset vanished;
    int err =
        resync_vanished(session->mail, selected->grant, selected->picture, request, &vanished);
    if (err)
        return err;
    struct buffer line;
    buffer_init(&line, 0);
    if (!uidset_is_empty(&vanished)) {
        buffer_add_cstr(&line, "* VANISHED (EARLIER) ");
        uidset_render(&vanished, &line);
        buffer_add_cstr(&line, "\r\n");
        err = reply_buffer(session, &line);
    }
    buffer_clear(&line);
    uidset_clear(&vanished);
    return err;
}

/* Selecting ---------------------------------------------------------------------------------- */

static int find_match(const struct picture *picture, const struct resync_args *args,
                      uint32_t *checked_to_out)
{
    struct uidset numbers, uids;
    uidset_init(&numbers);
    uidset_init(&uids);
    int err = sequence_set_resolve(&args->match_numbers, 0, &numbers);
    if (!err)
        err = sequence_set_resolve(&args->match_uids, 0, &uids);
    if (!err)
        *checked_to_out = resync_match(picture, &numbers, &uids);
    uidset_clear(&numbers);
    uidset_clear(&uids);
    return err;
}

static int send_changed(struct session *session, const struct resync_args *args,
                        const struct uidset *known, struct arena *arena)
{
    static struct fetch_item items[] = {
        {.kind = FETCH_UID}, {.kind = FETCH_FLAGS}, {.kind = FETCH_MODSEQ}};
    bool has_uid = session->enabled & ENABLED_UIDONLY; /* UIDFETCH begins with it (RFC 9586) */
    const struct fetch_spec spec = {.items = items + has_uid,
                                    .count = sizeof items / sizeof items[0] - has_uid};
    struct content_request *ahead = NULL;
    struct uidset changed, none;
    uidset_init(&none);
    int err = picture_changed_since(session->selected->picture, args->modseq, &changed);
    if (err)
        return err;
    if (known)
        err = uidset_intersect(&changed, known);
    const struct fetch_request request = {.session = session,
                                          .grant = session->selected->grant,
                                          .spec = &spec,
                                          .uids = &changed,
                                          .marked = &none,
                                          .ahead = &ahead};
    if (!err)
        err = fetch_send(&request, arena);
    uidset_clear(&changed);
    return err;
}

int resync_send(struct session *session, const struct resync_args *args, struct arena *arena)
{
    const struct selected *selected = session->selected;
    if (args->uidvalidity != grant_uidvalidity(selected->grant))
        return 0; /* the client sees it from UIDVALIDITY */
    struct uidset known_uids;
    uidset_init(&known_uids);
    const struct uidset *known = args->known.count ? &known_uids : NULL;
    struct resync_request request = {.since = args->modseq, .known = known};
    int err = sequence_set_resolve(&args->known, 0, &known_uids);
    if (!err)
        err = find_match(selected->picture, args, &request.checked_to);
    if (!err)
        err = resync_send_vanished(session, &request);
    if (!err)
        err = send_changed(session, args, known, arena);
    uidset_clear(&known_uids);
    return err;
}
