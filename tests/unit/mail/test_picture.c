#include <stdlib.h>

#include "picture_model.h"
#include "support/check.h"

enum { SEEDS = 30, CHANGES = 60 };

static struct uidset set_of(uint32_t first, uint32_t last)
{
    struct uidset uids;
    uidset_init(&uids);
    CHECK_OK(uidset_add_range(&uids, first, last));
    return uids;
}

static void follow_random_changes(bool seen_per_user)
{
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        unsigned state = seed;
        struct picture *picture = NULL;
        struct model *model = model_new(seen_per_user, &picture);
        for (int i = 0; i < CHANGES; i++)
            model_change(model, &picture, &state);
        model_compare(model, picture);
        picture_unref(&picture);
        model_free(&model);
    }
}

void test_picture_follows_random_changes(void)
{
    follow_random_changes(false);
}

void test_picture_follows_random_changes_with_private_seen(void)
{
    follow_random_changes(true);
}

void test_picture_of_an_empty_mailbox(void)
{
    struct picture *picture = NULL;
    struct model *model = model_new(false, &picture);
    model_compare(model, picture);
    CHECK_U64(picture_seq_from(picture, 1), 1);
    picture_unref(&picture);
    model_free(&model);
}

/* Older pictures stay as they are, whatever happens after them. */
void test_picture_stays_the_same_while_the_mailbox_changes(void)
{
    unsigned state = 7;
    struct picture *picture = NULL;
    struct model *model = model_new(true, &picture);
    model_append(model, &picture, 3000);
    struct model *then = malloc(sizeof *then);
    *then = *model;
    then->seen = calloc(MODEL_MAX, sizeof *then->seen);
    then->seen_modseqs = calloc(MODEL_MAX, sizeof *then->seen_modseqs);
    struct picture *old = picture_ref(picture);
    for (int i = 0; i < 200; i++)
        model_change(model, &picture, &state);
    model_compare(then, old);
    model_compare(model, picture);
    picture_unref(&old);
    picture_unref(&picture);
    model_free(&then);
    model_free(&model);
}

/* A builder that is given up may have put messages behind the last of a
 * shared page: nobody may see those. */
void test_picture_is_not_changed_by_an_abandoned_move(void)
{
    struct picture *picture = NULL;
    struct model *model = model_new(false, &picture);
    model_append(model, &picture, 5);
    struct snapshot_builder builder;
    snapshot_builder_init(&builder);
    CHECK_OK(snapshot_builder_start(&builder, picture->snapshot));
    const struct entry_row ghost = {.uid = 6, .message_id = 666};
    CHECK_OK(snapshot_builder_append(&builder, &ghost));
    snapshot_builder_clear(&builder);
    model_compare(model, picture);
    model_append(model, &picture, 30);
    model_compare(model, picture);
    picture_unref(&picture);
    model_free(&model);
}

void test_picture_shares_facts_when_only_flags_change(void)
{
    struct picture *picture = NULL;
    struct model *model = model_new(false, &picture);
    model_append(model, &picture, 5000);
    struct picture *old = picture_ref(picture);
    struct uidset all = set_of(1, 5000), first = set_of(1, 1);
    model_mark(model, &picture, &first, 0, FLAG_SEEN);
    CHECK(picture->snapshot->pages[0].page != old->snapshot->pages[0].page);
    CHECK(picture->snapshot->pages[1].page == old->snapshot->pages[1].page);
    model_mark(model, &picture, &all, 0, FLAG_DRAFT);
    for (uint32_t i = 0; i < picture->snapshot->page_count; i++)
        CHECK(picture->snapshot->pages[i].page->facts == old->snapshot->pages[i].page->facts);
    model_compare(model, picture);
    uidset_clear(&all);
    uidset_clear(&first);
    picture_unref(&old);
    picture_unref(&picture);
    model_free(&model);
}

/* A row that the state shows already changes nothing (a load sees messages
 * that are younger than the journal row it starts from). */
void test_picture_ignores_flags_it_has_already(void)
{
    struct picture *picture = NULL;
    struct model *model = model_new(false, &picture);
    model_append(model, &picture, 3); /* modseq 2 */
    struct uidset uids = set_of(1, 3);
    struct snapshot_builder builder;
    snapshot_builder_init(&builder);
    CHECK_OK(snapshot_builder_start(&builder, picture->snapshot));
    const struct mark_change old = {0, FLAG_DELETED, 2};
    CHECK_OK(snapshot_builder_mark(&builder, &uids, &old));
    struct snapshot *snapshot = NULL;
    CHECK_OK(snapshot_builder_finish(&builder, &snapshot));
    CHECK_U64(snapshot_mark(snapshot, snapshot_place(snapshot, 1))->flags, 0);
    snapshot_unref(&snapshot);
    uidset_clear(&uids);
    picture_unref(&picture);
    model_free(&model);
}

void test_picture_keeps_pages_full_enough(void)
{
    struct picture *picture = NULL;
    struct model *model = model_new(false, &picture);
    model_append(model, &picture, 10000);
    for (uint32_t uid = 1; uid <= 10000; uid++) {
        if (uid % 100 == 0)
            continue;
        struct uidset uids = set_of(uid, (uid / 100 + 1) * 100 - 1);
        model_expunge(model, &picture, &uids);
        uid = (uid / 100 + 1) * 100;
        uidset_clear(&uids);
    }
    CHECK_U64(picture_count(picture), 100);
    CHECK_U64(picture->snapshot->page_count, 1);
    model_compare(model, picture);
    picture_unref(&picture);
    model_free(&model);
}

static struct uidset resolved(const struct picture *picture, const struct uid_range *items,
                              size_t count, bool is_uid)
{
    struct sequence_set sequence = {.items = (struct uid_range *)items, .count = count};
    struct uidset uids;
    uidset_init(&uids);
    CHECK_OK(picture_resolve(picture, &sequence, is_uid, &uids));
    return uids;
}

static void check_uids(struct uidset uids, const char *expected)
{
    struct buffer text;
    buffer_init(&text, 0);
    uidset_render(&uids, &text);
    buffer_add_char(&text, '\0');
    CHECK_STR(text.data, expected);
    buffer_clear(&text);
    uidset_clear(&uids);
}

void test_picture_resolves_numbers_and_uids(void)
{
    struct picture *picture = NULL;
    struct model *model = model_new(false, &picture);
    model_append(model, &picture, 10);
    struct uidset gone = set_of(3, 5);
    model_expunge(model, &picture, &gone);
    uidset_clear(&gone);
    const struct uid_range numbers[] = {{2, 3}, {0, 0}}; /* 2:3,* */
    check_uids(resolved(picture, numbers, 2, false), "2,6,10");
    const struct uid_range uids[] = {{2, 6}, {8, UINT32_MAX}};
    check_uids(resolved(picture, uids, 2, true), "2,6,8:10");
    const struct uid_range beyond[] = {{100, 0}}; /* 100:* is the last one */
    check_uids(resolved(picture, beyond, 1, true), "10");
    const struct uid_range too_far[] = {{7, 8}};
    const struct sequence_set sequence = {.items = (struct uid_range *)too_far, .count = 1};
    struct uidset none;
    uidset_init(&none);
    CHECK_ERR(picture_resolve(picture, &sequence, false, &none), ERR_INVALID);
    CHECK(uidset_is_empty(&none));
    struct uidset matched;
    uidset_init(&matched);
    CHECK_OK(picture_match(picture, &sequence, false, &matched));
    check_uids(matched, "10");
    picture_unref(&picture);
    model_free(&model);
}

void test_picture_resolves_nothing_in_an_empty_mailbox(void)
{
    struct picture *picture = NULL;
    struct model *model = model_new(false, &picture);
    const struct uid_range everything[] = {{1, 0}};
    check_uids(resolved(picture, everything, 1, true), "");
    picture_unref(&picture);
    model_free(&model);
}
