#include "model/flags.h"

#include "support/check.h"

#define KEYWORD_0  ((flag_mask)1 << FLAG_KEYWORD_FIRST)
#define KEYWORD_57 ((flag_mask)1 << 62)

/* RFC 4314 section 4. */
void test_flags_changeable_follows_the_rights(void)
{
    CHECK_U64(flags_changeable(RIGHTS_NONE), 0);
    CHECK_U64(flags_changeable(RIGHT_SEEN), FLAG_SEEN);
    CHECK_U64(flags_changeable(RIGHT_DELETE_MESSAGES), FLAG_DELETED);
    CHECK_U64(flags_changeable(RIGHT_WRITE), FLAGS_ALL & ~(FLAG_SEEN | FLAG_DELETED));
    CHECK(flags_changeable(RIGHT_WRITE) & KEYWORD_57);
    CHECK_U64(flags_changeable(RIGHTS_ALL), FLAGS_ALL);
    CHECK_U64(flags_changeable(RIGHT_LOOKUP | RIGHT_READ | RIGHT_INSERT | RIGHT_EXPUNGE), 0);
}

void test_flags_change_is_limited_to_what_one_may(void)
{
    flag_mask old = FLAG_SEEN | FLAG_DELETED;
    CHECK_U64(flag_change_apply(old, FLAG_CHANGE_SET, FLAG_DRAFT, FLAGS_ALL), FLAG_DRAFT);
    CHECK_U64(flag_change_apply(old, FLAG_CHANGE_ADD, FLAG_DRAFT, FLAGS_ALL), old | FLAG_DRAFT);
    CHECK_U64(flag_change_apply(old, FLAG_CHANGE_REMOVE, FLAG_SEEN, FLAGS_ALL), FLAG_DELETED);
    CHECK_U64(flag_change_apply(old, FLAG_CHANGE_SET, FLAG_DRAFT, FLAG_SEEN), FLAG_DELETED);
    CHECK_U64(flag_change_apply(old, FLAG_CHANGE_ADD, FLAG_DRAFT, FLAG_SEEN), old);
    CHECK_U64(flag_change_apply(old, FLAG_CHANGE_REMOVE, old, FLAG_SEEN), FLAG_DELETED);
    CHECK_U64(flag_change_apply(old, FLAG_CHANGE_SET, 0, 0), old);
    CHECK_U64(flag_change_apply(KEYWORD_57, FLAG_CHANGE_REMOVE, KEYWORD_57, FLAGS_ALL), 0);
}

void test_flags_system_names_go_both_ways(void)
{
    flag_mask all = 0;
    for (flag_mask bit = 1; bit & FLAGS_SYSTEM; bit <<= 1) {
        CHECK(flag_system_name(bit) != NULL);
        CHECK_U64(flag_system_from_name(slice_cstr(flag_system_name(bit))), bit);
        all |= bit;
    }
    CHECK_U64(all, FLAGS_SYSTEM);
    CHECK_U64(flag_system_from_name(SLICE("\\SEEN")), FLAG_SEEN);
    CHECK_U64(flag_system_from_name(SLICE("Seen")), 0);
    CHECK_U64(flag_system_from_name(SLICE("\\Recent")), 0);
    CHECK_U64(flag_system_from_name(SLICE("")), 0);
    CHECK(flag_system_name(0) == NULL);
    CHECK(flag_system_name(FLAG_SEEN | FLAG_DRAFT) == NULL);
    CHECK(flag_system_name(KEYWORD_0) == NULL);
}

void test_flags_keyword_find_skips_free_bits(void)
{
    struct keyword_table table = {.count = 2};
    CHECK_U64(keyword_find(&table, SLICE("")), 0);
    table.names[0] = SLICE("$Forwarded");
    table.names[57] = SLICE("Urgent");
    CHECK_U64(keyword_find(&table, SLICE("$forwarded")), KEYWORD_0);
    CHECK_U64(keyword_find(&table, SLICE("URGENT")), KEYWORD_57);
    CHECK_U64(keyword_find(&table, SLICE("Urgen")), 0);
    CHECK_U64(keyword_find(&table, SLICE("")), 0);
}
