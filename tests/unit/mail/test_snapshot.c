/* Finding messages by number and by UID, wherever some are gone. */
#include "snapshot.h"

#include <stdlib.h>

#include "support/check.h"

enum { MESSAGES_MAX = 6000, GAP_MAX = 3000 };

struct layout {
    uint32_t uids[MESSAGES_MAX];
    uint32_t count;
};

/* Of `one_in` messages one is followed by a gap. */
static void lay_out(struct layout *layout, uint32_t count, unsigned one_in)
{
    uint32_t uid = 1;
    layout->count = count;
    for (uint32_t i = 0; i < count; i++) {
        layout->uids[i] = uid;
        uid += 1 + (one_in && rand() % one_in == 0 ? (uint32_t)rand() % GAP_MAX : 0);
    }
}

/* Every `holes`-th message goes again, so that pages are not full. */
static struct snapshot *build(struct layout *layout, uint32_t holes)
{
    struct snapshot_builder builder;
    struct snapshot *snapshot = NULL;
    struct uidset gone;
    uidset_init(&gone);
    snapshot_builder_init(&builder);
    uint32_t left = 0;
    for (uint32_t i = 0; i < layout->count; i++) {
        struct entry_row entry = {.uid = layout->uids[i], .message_id = 1, .modseq = 1};
        CHECK_OK(snapshot_builder_append(&builder, &entry));
        if (holes && i % holes == 0)
            CHECK_OK(uidset_add(&gone, entry.uid));
        else
            layout->uids[left++] = entry.uid;
    }
    layout->count = left;
    CHECK_OK(snapshot_builder_expunge(&builder, &gone));
    CHECK_OK(snapshot_builder_finish(&builder, &snapshot));
    uidset_clear(&gone);
    return snapshot;
}

static void check_around(const struct snapshot *snapshot, const struct layout *layout, uint32_t i)
{
    uint32_t uid = layout->uids[i], before = i ? layout->uids[i - 1] : 0;
    CHECK_INT(snapshot_fact(snapshot, snapshot_place(snapshot, i + 1))->uid, uid);
    CHECK_INT(snapshot_seq(snapshot, uid), i + 1);
    struct place place;
    CHECK_INT(snapshot_find(snapshot, uid, &place), i + 1);
    CHECK_INT(snapshot_fact(snapshot, place)->uid, uid);
    CHECK_INT(snapshot_seq_from(snapshot, uid), i + 1);
    CHECK_INT(snapshot_seq_from(snapshot, before + 1), i + 1);
    if (before + 1 < uid)
        CHECK_INT(snapshot_seq(snapshot, uid - 1), 0);
}

static void check_layout(uint32_t count, unsigned one_in, uint32_t holes)
{
    struct layout *layout = malloc(sizeof *layout);
    lay_out(layout, count, one_in);
    struct snapshot *snapshot = build(layout, holes);
    CHECK_INT(snapshot->count, layout->count);
    for (uint32_t i = 0; i < layout->count; i++)
        check_around(snapshot, layout, i);
    uint32_t last = layout->count ? layout->uids[layout->count - 1] : 0;
    CHECK_INT(snapshot_seq_from(snapshot, last + 1), layout->count + 1);
    CHECK_INT(snapshot_seq_from(snapshot, UINT32_MAX), layout->count + 1);
    CHECK_INT(snapshot_seq(snapshot, UINT32_MAX), 0);
    snapshot_unref(&snapshot);
    free(layout);
}

void test_snapshot_finds_every_message(void)
{
    static const uint32_t counts[] = {0, 1, 2, 1023, 1024, 1025, 2048, 5000, MESSAGES_MAX};
    static const unsigned gaps[] = {0, 1, 7, 500};
    static const uint32_t holes[] = {0, 2, 3, 1000};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        for (size_t g = 0; g < sizeof gaps / sizeof gaps[0]; g++)
            for (size_t h = 0; h < sizeof holes / sizeof holes[0]; h++)
                check_layout(counts[i], gaps[g], holes[h]);
}
