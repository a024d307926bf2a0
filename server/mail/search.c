#include "mail/search.h"

#include "base/buffer.h"
#include "engine.h"
#include "fiber/fiber.h"
#include "grant.h"
#include "indexer.h"
#include "mail/content.h"
#include "search_asked.h"
#include "search_lookup.h"
#include "search_match.h"
#include "search_program.h"
#include "store/recently_deleted.h"

enum {
    /* Messages whose headers are read by one statement, and how many octets
     * these can be at the worst. */
    WINDOW_MESSAGES = 200,
    WINDOW_HEADER_OCTETS = 32 << 20,
    HEADER_OCTETS = 1 << 20,
    /* Small messages that are read by one statement. */
    BATCH_OCTETS = 4 << 20
};

/* The index is asked when so many messages can't be decided without their contents. */
enum { WORTH_A_LOOKUP = INDEXING_LEAST };

/* Messages that the picture alone could not decide wait here until there are
 * enough to ask the database for their contents. */
struct window {
    struct search_facts facts[WINDOW_MESSAGES];
    int64_t message_ids[WINDOW_MESSAGES];
    size_t count;
    size_t header_octets; /* at the worst */
};

struct search {
    struct mail *mail;
    const struct search_scope *scope;
    struct search_program program;
    struct search_matcher matcher;
    struct arena arena; /* the program and the window */
    struct window *window;
    struct search_lookup lookup;
    bool has_asked;
    uint32_t not_indexed;    /* messages that the index should have known */
    unsigned char *texts;    /* search_facts.texts of the message that is considered */
    struct uidset uids;      /* decided at once, and … */
    struct uidset late_uids; /* … by their contents: each ascending */
};

static int decide(struct search *search, const struct search_facts *facts)
{
    progress_step(search->scope->progress);
    if (search_program_evaluate(&search->program, facts) != TRUTH_TRUE)
        return 0;
    return uidset_add(&search->late_uids, facts->entry.uid);
}

/* Bodies ------------------------------------------------------------------------------ */

static int collect(void *arg, struct slice octets)
{
    struct buffer *message = arg;
    buffer_add(message, octets);
    return buffer_check(message);
}

static int match_large(struct search *search, struct search_facts *facts)
{
    uint64_t size = facts->entry.size < SEARCH_MESSAGE_MAX ? facts->entry.size : SEARCH_MESSAGE_MAX;
    struct buffer message;
    buffer_init(&message, 0);
    int err = content_read(search->mail, search->scope->grant, facts->entry.message_id, 0, size,
                           collect, &message);
    if (err == -ERR_NOT_FOUND) { /* expunged meanwhile, and swept */
        search_match_nothing(&search->program, facts->texts);
        err = 0;
    } else if (!err) {
        err = search_match_body(&search->matcher, buffer_slice(&message), facts->texts);
    }
    buffer_clear(&message);
    return err;
}

static int match_small(struct search *search, struct search_facts *const *facts, size_t count)
{
    int64_t ids[WINDOW_MESSAGES];
    for (size_t i = 0; i < count; i++)
        ids[i] = facts[i]->entry.message_id;
    struct arena arena;
    arena_init(&arena, 0);
    struct slice *messages;
    int err = content_get_small(search->mail, search->scope->grant, &arena, ids, count, &messages);
    for (size_t i = 0; i < count && !err; i++) {
        if (messages[i].data)
            err = search_match_body(&search->matcher, messages[i], facts[i]->texts);
        else
            search_match_nothing(&search->program, facts[i]->texts);
    }
    arena_clear(&arena);
    return err;
}

static bool is_undecided(const struct search *search, const struct search_facts *facts)
{
    return search_program_evaluate(&search->program, facts) == TRUTH_UNKNOWN;
}

static int match_bodies(struct search *search)
{
    struct window *window = search->window;
    struct search_facts *small[WINDOW_MESSAGES];
    size_t count = 0, octets = 0;
    int err = 0;
    for (size_t i = 0; i < window->count && !err; i++) {
        struct search_facts *facts = &window->facts[i];
        if (!is_undecided(search, facts))
            continue;
        if (facts->entry.size > MESSAGE_CHUNK_SIZE) {
            err = match_large(search, facts);
            continue;
        }
        small[count++] = facts;
        octets += facts->entry.size;
        if (octets >= BATCH_OCTETS) {
            err = match_small(search, small, count);
            count = octets = 0;
        }
    }
    if (!err && count)
        err = match_small(search, small, count);
    return err;
}

/* Headers -------------------------------------------------------------------------------- */

static int match_header(struct search *search, const struct message_part_row *row,
                        struct search_facts *facts)
{
    bool is_there = row->id != 0;
    facts->has_sent_day = true;
    facts->sent_day = is_there ? row->sent_day : INT64_MIN;
    return search_match_header(&search->matcher, is_there ? row->header : SLICE_EMPTY,
                               facts->texts);
}

static int match_headers(struct search *search)
{
    struct window *window = search->window;
    if (!search->program.want || window->count == 0)
        return 0;
    struct arena arena;
    arena_init(&arena, 0);
    struct message_part_row *rows;
    int err = content_get(search->mail, search->scope->grant, &arena, window->message_ids,
                          window->count, search->program.want, &rows);
    for (size_t i = 0; i < window->count && !err; i++)
        err = match_header(search, &rows[i], &window->facts[i]);
    arena_clear(&arena);
    return err;
}

static int empty_window(struct search *search)
{
    struct window *window = search->window;
    int err = match_headers(search);
    if (!err)
        err = match_bodies(search);
    for (size_t i = 0; i < window->count && !err; i++)
        err = decide(search, &window->facts[i]);
    window->count = 0;
    window->header_octets = 0;
    return err;
}

static void put_into_window(struct search *search, const struct search_facts *facts)
{
    struct window *window = search->window;
    struct search_facts *place = &window->facts[window->count];
    unsigned char *texts = place->texts;
    memmove(texts, facts->texts, search->program.text_count);
    *place = *facts;
    place->texts = texts;
    window->message_ids[window->count++] = facts->entry.message_id;
    window->header_octets += facts->entry.size < HEADER_OCTETS ? facts->entry.size : HEADER_OCTETS;
}

static bool is_full(const struct window *window)
{
    return window->count == WINDOW_MESSAGES || window->header_octets >= WINDOW_HEADER_OCTETS;
}

/* The index ---------------------------------------------------------------------------------- */

static void apply_lookup(struct search *search, struct search_facts *facts)
{
    if (!search_lookup_apply(&search->lookup, facts->entry.uid, facts->texts))
        search->not_indexed++;
}

/* Of those that wait some are decided now. */
static int thin_window(struct search *search)
{
    struct window *window = search->window;
    size_t count = window->count;
    int err = 0;
    window->count = 0;
    window->header_octets = 0;
    for (size_t i = 0; i < count && !err; i++) {
        struct search_facts *facts = &window->facts[i];
        apply_lookup(search, facts);
        if (is_undecided(search, facts))
            put_into_window(search, facts);
        else
            err = decide(search, facts);
    }
    return err;
}

static int ask_index(struct search *search)
{
    search->has_asked = true;
    if (!search->mail->settings.search_index || search->program.text_count == 0 ||
        is_recently_deleted(search->scope->grant->mailbox_id))
        return 0;
    int err = search_lookup_run(&search->lookup, search->mail, search->scope->grant->mailbox_id,
                                &search->program, &search->arena);
    if (err == -ERR_CORRUPT) { /* then we look for ourselves */
        search_lookup_clear(&search->lookup);
        return 0;
    }
    return err ? err : thin_window(search);
}

/* The picture ------------------------------------------------------------------------------- */

static int advance_window(struct search *search)
{
    if (!search->has_asked && search->window->count == WORTH_A_LOOKUP) {
        int err = ask_index(search);
        if (err)
            return err;
    }
    return is_full(search->window) ? empty_window(search) : 0;
}

static int consider(struct search *search, uint32_t seq)
{
    struct search_facts facts = {.entry = picture_entry(search->scope->picture, seq),
                                 .texts = search->texts};
    facts.is_recent = uidset_contains(search->scope->recent, facts.entry.uid);
    memset(facts.texts, TRUTH_UNKNOWN, search->program.text_count);
    if (search->lookup.count)
        apply_lookup(search, &facts);
    enum truth truth = search_program_evaluate(&search->program, &facts);
    if (truth == TRUTH_UNKNOWN) {
        put_into_window(search, &facts);
        return advance_window(search);
    }
    progress_step(search->scope->progress);
    return truth == TRUTH_TRUE ? uidset_add(&search->uids, facts.entry.uid) : 0;
}

/* RFC 9738 section 3.1: from the highest UID down. Returns where to begin. */
static uint32_t first_searched(const struct search *search)
{
    const struct search_scope *scope = search->scope;
    uint32_t found = 0, first = 1;
    if (!scope->most)
        return first;
    *scope->lowest_searched = 0;
    for (uint32_t seq = picture_count(scope->picture); seq > 0; seq--) {
        uint32_t uid = picture_uid(scope->picture, seq);
        fiber_breathe();
        if (!search_program_names(&search->program, uid))
            continue;
        if (found++ == scope->most) {
            *scope->lowest_searched = picture_uid(scope->picture, first);
            return first;
        }
        first = seq;
    }
    return 1;
}

static int go_through(struct search *search)
{
    uint32_t count = picture_count(search->scope->picture);
    int err = 0;
    for (uint32_t seq = first_searched(search); seq <= count && !err; seq++) {
        err = consider(search, seq);
        fiber_breathe();
    }
    if (!err)
        err = empty_window(search);
    if (!err)
        err = uidset_union(&search->uids, &search->late_uids);
    return err;
}

static int make_window(struct search *search)
{
    size_t text_count = search->program.text_count;
    search->texts = arena_alloc(&search->arena, text_count);
    search->window = ARENA_NEW(&search->arena, struct window);
    unsigned char *texts = ARENA_ARRAY(&search->arena, WINDOW_MESSAGES * text_count, unsigned char);
    if (!search->texts || !search->window || !texts)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < WINDOW_MESSAGES; i++)
        search->window->facts[i].texts = texts + i * text_count;
    return 0;
}

int search_run(struct mail *mail, const struct search_scope *scope,
               const struct search_node *program, struct uidset *uids_out)
{
    int err = grant_require(scope->grant, RIGHT_READ);
    if (err)
        return err;
    struct search search = {.mail = mail, .scope = scope};
    arena_init(&search.arena, 0);
    uidset_init(&search.uids);
    uidset_init(&search.late_uids);
    search_matcher_init(&search.matcher, &search.program);
    err = search_program_prepare(scope, program, &search.arena, &search.program);
    if (!err)
        err = search_asked_resolve(mail, scope, &search.program);
    if (!err)
        err = make_window(&search);
    if (!err)
        err = go_through(&search);
    if (!err && search.not_indexed >= INDEXING_LEAST)
        indexer_want(mail, scope->grant->mailbox_id);
    search_lookup_clear(&search.lookup);
    search_program_clear(&search.program);
    search_matcher_clear(&search.matcher);
    uidset_clear(&search.late_uids);
    arena_clear(&search.arena);
    if (err)
        uidset_clear(&search.uids);
    else
        *uids_out = search.uids;
    return err;
}
