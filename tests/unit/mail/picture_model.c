#include "picture_model.h"

#include <stdlib.h>

#include "store/history.h"
#include "support/check.h"

/* All pages are there, with nothing seen, and modseqs are known. */
static struct seen_bits *nothing_seen(void)
{
    const struct seen_history history = {0};
    struct uidset all;
    uidset_init(&all);
    CHECK_OK(uidset_add_range(&all, 1, MODEL_MAX));
    struct seen_bits *empty = NULL, *seen = NULL, *unseen = NULL, *known = NULL;
    CHECK_OK(seen_bits_new(&empty));
    CHECK_OK(seen_bits_change(empty, &all, true, 0, &seen));
    CHECK_OK(seen_bits_change(seen, &all, false, 0, &unseen));
    CHECK_OK(seen_bits_know(unseen, &history, &known));
    seen_bits_unref(&unseen);
    seen_bits_unref(&seen);
    seen_bits_unref(&empty);
    uidset_clear(&all);
    return known;
}

struct model *model_new(bool seen_per_user, struct picture **picture_out)
{
    struct model *model = calloc(1, sizeof *model);
    model->uidnext = 1;
    model->modseq = 1;
    struct snapshot_builder builder;
    snapshot_builder_init(&builder);
    builder.modseq = 1;
    struct snapshot *snapshot = NULL;
    struct seen_bits *bits = NULL;
    CHECK_OK(snapshot_builder_finish(&builder, &snapshot));
    if (seen_per_user) {
        model->seen = calloc(MODEL_MAX, sizeof *model->seen);
        model->seen_modseqs = calloc(MODEL_MAX, sizeof *model->seen_modseqs);
        bits = nothing_seen();
    }
    CHECK_OK(picture_new(NULL, snapshot, bits, picture_out));
    snapshot_unref(&snapshot);
    seen_bits_unref(&bits);
    return model;
}

void model_free(struct model **model)
{
    free((*model)->seen);
    free((*model)->seen_modseqs);
    free(*model);
    *model = NULL;
}

static void replace(struct picture **picture, struct snapshot_builder *builder,
                    struct seen_bits *bits)
{
    struct snapshot *snapshot = NULL;
    struct picture *younger = NULL;
    CHECK_OK(snapshot_builder_finish(builder, &snapshot));
    CHECK_OK(picture_new(NULL, snapshot, bits, &younger));
    snapshot_unref(&snapshot);
    picture_unref(picture);
    *picture = younger;
}

static void start(struct model *model, const struct picture *picture,
                  struct snapshot_builder *builder)
{
    snapshot_builder_init(builder);
    CHECK_OK(snapshot_builder_start(builder, picture->snapshot));
    builder->modseq = ++model->modseq;
}

void model_append(struct model *model, struct picture **picture, uint32_t messages)
{
    struct snapshot_builder builder;
    start(model, *picture, &builder);
    for (uint32_t i = 0; i < messages && model->uidnext < MODEL_MAX; i++) {
        struct entry_row row = {.uid = model->uidnext,
                                .message_id = (int64_t)model->uidnext * 3,
                                .flags = model->uidnext % 3 ? 0 : FLAG_FLAGGED,
                                .modseq = model->modseq,
                                .size = model->uidnext + 100,
                                .internal_date = -(int64_t)model->uidnext};
        CHECK_OK(snapshot_builder_append(&builder, &row));
        model->entries[model->count++] = (struct entry){
            row.uid, row.message_id, row.flags, row.modseq, row.size, row.internal_date};
        model->uidnext++;
    }
    replace(picture, &builder, (*picture)->seen);
}

void model_expunge(struct model *model, struct picture **picture, const struct uidset *uids)
{
    struct snapshot_builder builder;
    start(model, *picture, &builder);
    CHECK_OK(snapshot_builder_expunge(&builder, uids));
    uint32_t left = 0;
    for (uint32_t i = 0; i < model->count; i++) {
        if (!uidset_contains(uids, model->entries[i].uid))
            model->entries[left++] = model->entries[i];
    }
    model->count = left;
    replace(picture, &builder, (*picture)->seen);
}

void model_mark(struct model *model, struct picture **picture, const struct uidset *uids,
                flag_mask cleared, flag_mask set)
{
    struct snapshot_builder builder;
    start(model, *picture, &builder);
    const struct mark_change change = {cleared, set, model->modseq};
    CHECK_OK(snapshot_builder_mark(&builder, uids, &change));
    for (uint32_t i = 0; i < model->count; i++) {
        struct entry *entry = &model->entries[i];
        if (!uidset_contains(uids, entry->uid))
            continue;
        entry->flags = (entry->flags & ~cleared) | set;
        entry->modseq = model->modseq;
    }
    replace(picture, &builder, (*picture)->seen);
}

void model_see(struct model *model, struct picture **picture, const struct uidset *uids, bool seen)
{
    struct snapshot_builder builder;
    start(model, *picture, &builder);
    struct seen_bits *bits = NULL;
    CHECK_OK(seen_bits_change((*picture)->seen, uids, seen, model->modseq, &bits));
    for (uint32_t uid = 1; uid < MODEL_MAX; uid++) {
        if (!uidset_contains(uids, uid))
            continue;
        model->seen[uid] = seen;
        model->seen_modseqs[uid] = model->modseq;
    }
    replace(picture, &builder, bits);
    seen_bits_unref(&bits);
}

void model_random_uids(const struct model *model, unsigned *seed, struct uidset *uids)
{
    uidset_init(uids);
    for (int ranges = rand_r(seed) % 4 + 1; ranges > 0; ranges--) {
        uint32_t first = (uint32_t)rand_r(seed) % model->uidnext + 1;
        uint32_t length =
            rand_r(seed) % 3 ? (uint32_t)rand_r(seed) % 5 : (uint32_t)rand_r(seed) % 1500;
        CHECK_OK(uidset_add_range(uids, first, first + length));
    }
}

void model_change(struct model *model, struct picture **picture, unsigned *seed)
{
    struct uidset uids;
    model_random_uids(model, seed, &uids);
    switch (rand_r(seed) % (model->seen ? 5 : 4)) {
    case 0:
        model_append(model, picture, (uint32_t)rand_r(seed) % 700);
        break;
    case 1:
        model_append(model, picture, (uint32_t)rand_r(seed) % 3 + 1);
        break;
    case 2:
        model_expunge(model, picture, &uids);
        break;
    case 3:
        model_mark(model, picture, &uids, FLAG_ANSWERED, FLAG_DELETED);
        break;
    default:
        model_see(model, picture, &uids, rand_r(seed) % 2);
        break;
    }
    uidset_clear(&uids);
}

struct entry model_entry(const struct model *model, uint32_t seq)
{
    struct entry entry = model->entries[seq - 1];
    if (!model->seen)
        return entry;
    entry.flags = (entry.flags & ~FLAG_SEEN) | (model->seen[entry.uid] ? FLAG_SEEN : 0);
    if (entry.modseq < model->seen_modseqs[entry.uid])
        entry.modseq = model->seen_modseqs[entry.uid];
    return entry;
}

static bool same_entry(struct entry a, struct entry b)
{
    return a.uid == b.uid && a.message_id == b.message_id && a.flags == b.flags &&
           a.modseq == b.modseq && a.size == b.size && a.internal_date == b.internal_date;
}

static void compare_uids(const struct model *model, const struct picture *picture)
{
    uint32_t seq = 1;
    bool from_right = true, seq_right = true, found_right = true;
    for (uint32_t uid = 1; uid <= model->uidnext; uid++) {
        while (seq <= model->count && model->entries[seq - 1].uid < uid)
            seq++;
        bool there = seq <= model->count && model->entries[seq - 1].uid == uid;
        from_right = from_right && picture_seq_from(picture, uid) == seq;
        seq_right = seq_right && picture_seq(picture, uid) == (there ? seq : 0);
        struct entry entry = {.uid = there ? 0 : uid};
        bool found = picture_find(picture, uid, &entry) == seq;
        found_right = found_right && found == there && entry.uid == uid;
    }
    CHECK(from_right);
    CHECK(seq_right);
    CHECK(found_right);
}

static void compare_changed_since(const struct model *model, const struct picture *picture,
                                  uint64_t modseq)
{
    struct uidset changed;
    if (!CHECK_OK(picture_changed_since(picture, modseq, &changed)))
        return;
    uint32_t wrong = 0, count = 0;
    for (uint32_t seq = 1; seq <= model->count; seq++) {
        struct entry entry = model_entry(model, seq);
        wrong += uidset_contains(&changed, entry.uid) != (entry.modseq > modseq);
        count += entry.modseq > modseq;
    }
    CHECK_INT(wrong, 0);
    CHECK_U64(uidset_size(&changed), count);
    uidset_clear(&changed);
}

static void compare_missing(const struct model *model, const struct picture *picture)
{
    struct uidset all, missing;
    uidset_init(&all);
    CHECK_OK(uidset_add_range(&all, 1, UINT32_MAX));
    if (CHECK_OK(picture_missing(picture, &all, &missing))) {
        CHECK_U64(uidset_size(&missing), (uint64_t)UINT32_MAX - model->count);
        uint32_t wrong = 0;
        for (uint32_t seq = 1; seq <= model->count; seq++)
            wrong += uidset_contains(&missing, model->entries[seq - 1].uid);
        CHECK_INT(wrong, 0);
        uidset_clear(&missing);
    }
    uidset_clear(&all);
}

static void compare_with_flags(const struct model *model, const struct picture *picture,
                               flag_mask flags)
{
    struct uidset uids, expected;
    uidset_init(&uids);
    uidset_init(&expected);
    CHECK_OK(picture_with_flags(picture, flags, NULL, &uids));
    for (uint32_t seq = 1; seq <= model->count; seq++)
        if ((model_entry(model, seq).flags & flags) == flags)
            CHECK_OK(uidset_add(&expected, model_entry(model, seq).uid));
    CHECK_U64(uidset_size(&uids), uidset_size(&expected));
    CHECK_OK(uidset_subtract(&uids, &expected));
    CHECK(uidset_is_empty(&uids));
    uidset_clear(&expected);
    uidset_clear(&uids);
}

void model_compare(const struct model *model, const struct picture *picture)
{
    CHECK_U64(picture_count(picture), model->count);
    CHECK_U64(picture_uidnext(picture), model->uidnext);
    CHECK_U64(picture_modseq(picture), model->modseq);
    uint32_t first_unseen = 0, wrong = 0;
    for (uint32_t seq = 1; seq <= model->count && seq <= picture_count(picture); seq++) {
        struct entry expected = model_entry(model, seq);
        wrong += !same_entry(picture_entry(picture, seq), expected);
        wrong += picture_uid(picture, seq) != expected.uid;
        if (expected.flags & FLAG_SEEN)
            continue;
        first_unseen = first_unseen ? first_unseen : seq;
    }
    CHECK_INT(wrong, 0);
    CHECK_U64(picture_first_unseen(picture), first_unseen);
    for (int bit = 0; bit < 8; bit++)
        compare_with_flags(model, picture, (flag_mask)1 << bit);
    compare_with_flags(model, picture, FLAG_SEEN | FLAG_DELETED);
    compare_uids(model, picture);
    compare_missing(model, picture);
    for (uint64_t back = 0; back < 4 && back <= model->modseq; back++)
        compare_changed_since(model, picture, model->modseq - back);
    compare_changed_since(model, picture, 0);
}
