#include <stdlib.h>

#include "picture_model.h"
#include "support/check.h"

enum { SEEDS = 40, CHANGES_BEFORE = 10, CHANGES_BETWEEN = 6 };

/* What picture_difference and picture_retain ought to say, the slow way. */

static void check_difference(const struct picture *from, const struct picture *to)
{
    struct picture_difference difference;
    if (!CHECK_OK(picture_difference(from, to, &difference)))
        return;
    uint32_t wrong = 0, appended = 0;
    for (uint32_t seq = 1; seq <= picture_count(from); seq++) {
        struct entry old = picture_entry(from, seq);
        uint32_t now = picture_seq(to, old.uid);
        wrong += uidset_contains(&difference.expunged, old.uid) != (now == 0);
        struct entry new = now ? picture_entry(to, now) : old;
        bool changed = new.flags != old.flags || new.modseq != old.modseq;
        wrong += uidset_contains(&difference.changed, old.uid) != changed;
    }
    for (uint32_t seq = 1; seq <= picture_count(to); seq++) {
        if (picture_seq(from, picture_uid(to, seq)))
            continue;
        appended++;
        wrong += uidset_contains(&difference.changed, picture_uid(to, seq));
    }
    CHECK_INT(wrong, 0);
    CHECK_U64(difference.appended, appended);
    picture_difference_clear(&difference);
}

/* Of both or of either, at its place, as `to` has it or else as `from` had it. */
static void check_retained(const struct picture *from, const struct picture *to,
                           const struct picture *retained)
{
    uint32_t wrong = 0, seq = 0, last = 0;
    for (uint32_t i = 1; i <= picture_count(retained); i++) {
        struct entry entry = picture_entry(retained, i);
        uint32_t in_to = picture_seq(to, entry.uid), in_from = picture_seq(from, entry.uid);
        wrong += entry.uid <= last;
        last = entry.uid;
        wrong += !in_to && !in_from;
        struct entry expected = in_to ? picture_entry(to, in_to) : picture_entry(from, in_from);
        wrong += entry.message_id != expected.message_id || entry.size != expected.size;
        wrong += in_to && entry.flags != expected.flags;
        seq += in_to != 0;
    }
    CHECK_U64(seq, picture_count(to));
    for (uint32_t i = 1; i <= picture_count(from); i++)
        wrong += picture_seq(retained, picture_uid(from, i)) != i;
    CHECK_INT(wrong, 0);
    CHECK_U64(picture_modseq(retained), picture_modseq(to));
    CHECK_U64(picture_uidnext(retained), picture_uidnext(to));
}

static void compare_random_pictures(bool seen_per_user)
{
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        unsigned state = seed;
        struct picture *picture = NULL;
        struct model *model = model_new(seen_per_user, &picture);
        model_append(model, &picture, 2500);
        for (int i = 0; i < CHANGES_BEFORE; i++)
            model_change(model, &picture, &state);
        struct picture *from = picture_ref(picture), *retained = NULL;
        for (unsigned i = 0; i < seed % CHANGES_BETWEEN + 1; i++)
            model_change(model, &picture, &state);
        check_difference(from, picture);
        if (CHECK_OK(picture_retain(from, picture, &retained)))
            check_retained(from, picture, retained);
        check_difference(retained, picture);
        model_compare(model, picture);
        picture_unref(&retained);
        picture_unref(&from);
        picture_unref(&picture);
        model_free(&model);
    }
}

void test_picture_difference_of_random_changes(void)
{
    compare_random_pictures(false);
}

void test_picture_difference_of_random_changes_with_private_seen(void)
{
    compare_random_pictures(true);
}

void test_picture_difference_to_itself_is_nothing(void)
{
    struct picture *picture = NULL;
    struct model *model = model_new(true, &picture);
    model_append(model, &picture, 100);
    struct picture_difference difference;
    CHECK_OK(picture_difference(picture, picture, &difference));
    CHECK(uidset_is_empty(&difference.expunged));
    CHECK(uidset_is_empty(&difference.changed));
    CHECK_INT(difference.appended, 0);
    struct picture *retained = NULL;
    CHECK_OK(picture_retain(picture, picture, &retained));
    CHECK(retained == picture);
    picture_unref(&retained);
    picture_unref(&picture);
    model_free(&model);
}

void test_picture_retain_keeps_a_mailbox_that_became_empty(void)
{
    struct picture *picture = NULL;
    struct model *model = model_new(false, &picture);
    model_append(model, &picture, 1500);
    struct picture *from = picture_ref(picture), *retained = NULL;
    struct uidset all;
    uidset_init(&all);
    CHECK_OK(uidset_add_range(&all, 1, UINT32_MAX));
    model_expunge(model, &picture, &all);
    CHECK_INT(picture_count(picture), 0);
    CHECK_OK(picture_retain(from, picture, &retained));
    CHECK_INT(picture_count(retained), 1500);
    check_retained(from, picture, retained);
    uidset_clear(&all);
    picture_unref(&retained);
    picture_unref(&from);
    picture_unref(&picture);
    model_free(&model);
}

/* While a session may not send EXPUNGE it moves from retained picture to
 * retained picture: nothing gets lost on the way. */
void test_picture_retain_goes_on_from_a_retained_picture(void)
{
    unsigned state = 3;
    struct picture *picture = NULL;
    struct model *model = model_new(true, &picture);
    model_append(model, &picture, 2000);
    struct picture *session = picture_ref(picture);
    for (int i = 0; i < 40; i++) {
        model_change(model, &picture, &state);
        struct picture *next = NULL;
        if (!CHECK_OK(picture_retain(session, picture, &next)))
            break;
        check_retained(session, picture, next);
        picture_unref(&session);
        session = next;
    }
    check_difference(session, picture);
    CHECK(picture_count(session) >= 2000);
    picture_unref(&session);
    picture_unref(&picture);
    model_free(&model);
}
