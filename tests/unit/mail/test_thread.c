/* The steps of RFC 5256 section 3. */
#include "thread_references.h"

#include "support/check.h"

enum { ITEMS_MAX = 16, REFERENCES_MAX = 8 };

/* One message; its number is its place, ids are small numbers, 0 is none. */
struct given {
    uint64_t id;
    uint64_t references[REFERENCES_MAX]; /* up to 0 */
    const char *subject;
    bool is_reply;
    int64_t sent_at;
};

static void render(const struct thread_message *parent, struct buffer *out)
{
    for (const struct thread_message *child = parent->first_child; child; child = child->next) {
        buffer_add_char(out, '(');
        if (child->uid)
            buffer_add_u64(out, child->uid);
        else
            buffer_add_char(out, '-');
        render(child, out);
        buffer_add_char(out, ')');
    }
}

static void check_links(const struct thread_message *parent)
{
    const struct thread_message *before = NULL;
    for (const struct thread_message *child = parent->first_child; child; child = child->next) {
        CHECK(child->parent == parent && child->previous == before);
        before = child;
        check_links(child);
    }
    CHECK(parent->last_child == before);
}

static void check_threads(enum thread_algorithm algorithm, const struct given *given, size_t count,
                          const char *expected, int line)
{
    struct thread_item items[ITEMS_MAX] = {0};
    struct thread_message root = {0};
    struct arena arena;
    struct buffer out;
    arena_init(&arena, 0);
    buffer_init(&out, 0);
    for (size_t i = 0; i < count; i++) {
        size_t references = 0;
        while (given[i].references[references])
            references++;
        items[i] =
            (struct thread_item){.message = {.uid = (uint32_t)i + 1, .sent_at = given[i].sent_at},
                                 .subject = slice_cstr(given[i].subject),
                                 .is_reply = given[i].is_reply,
                                 .id = given[i].id,
                                 .references = (uint64_t *)given[i].references,
                                 .reference_count = references};
    }
    CHECK_OK(algorithm == THREAD_REFERENCES ? thread_by_references(items, count, &arena, &root)
                                            : thread_by_subject(items, count, &root));
    render(&root, &out);
    check_slice(buffer_slice(&out), slice_cstr(expected), "threads", __FILE__, line);
    check_links(&root);
    buffer_clear(&out);
    arena_clear(&arena);
}

#define REFERENCES(expected, ...)                                                                  \
    check_threads(THREAD_REFERENCES, (const struct given[]){__VA_ARGS__},                          \
                  sizeof((const struct given[]){__VA_ARGS__}) / sizeof(struct given), (expected),  \
                  __LINE__)
#define SUBJECTS(expected, ...)                                                                    \
    check_threads(THREAD_ORDEREDSUBJECT, (const struct given[]){__VA_ARGS__},                      \
                  sizeof((const struct given[]){__VA_ARGS__}) / sizeof(struct given), (expected),  \
                  __LINE__)

void test_thread_orders_subjects(void)
{
    SUBJECTS("(1)", {1, {0}, "A", false, 5});
    /* threads by the date of their first message, which the others are children of */
    SUBJECTS("(3(1)(2))(4)", {1, {0}, "B", true, 7}, {2, {0}, "B", true, 8},
             {3, {0}, "B", false, 1}, {4, {0}, "A", false, 5});
    SUBJECTS("(1(2)(3))", {1, {0}, "", false, 1}, {2, {0}, "", false, 1}, {3, {0}, "", false, 1});
}

void test_thread_follows_references(void)
{
    REFERENCES("(1(2(3)))", {10, {0}, "A", false, 1}, {11, {10}, "A", true, 2},
               {12, {10, 11}, "A", true, 3});
    /* the parent comes later, and siblings go by date */
    REFERENCES("(4(3)(2)(1))", {11, {10}, "A", true, 9}, {12, {10}, "A", true, 8},
               {13, {10}, "A", true, 7}, {10, {0}, "A", false, 1});
}

void test_thread_leaves_out_who_is_missing(void)
{
    /* nobody has 10: with one child it is gone, with several it keeps them together */
    REFERENCES("(1)", {11, {10}, "A", true, 1});
    REFERENCES("(-(1)(2))", {11, {10}, "A", true, 1}, {12, {10}, "B", true, 2});
    /* 11 is missing below 10, 12 comes up */
    REFERENCES("(1(2))", {10, {0}, "A", false, 1}, {12, {10, 11}, "A", true, 2});
    REFERENCES("(1(2)(3))", {10, {0}, "A", false, 1}, {12, {10, 11}, "A", true, 2},
               {13, {10, 11}, "A", true, 3});
    REFERENCES("(-(1)(2)(3))", {11, {8, 9}, "A", true, 1}, {12, {8, 9}, "B", true, 2},
               {13, {8}, "C", true, 3});
}

void test_thread_takes_the_first_of_an_id(void)
{
    REFERENCES("(1(3))(2)", {10, {0}, "A", false, 1}, {10, {0}, "B", false, 2},
               {11, {10}, "C", true, 3});
    REFERENCES("(1)(2)", {0, {0}, "A", false, 1}, {0, {0}, "B", false, 2});
}

void test_thread_makes_no_loops(void)
{
    REFERENCES("(1)", {10, {10}, "A", false, 1});
    REFERENCES("(2(1))", {10, {11}, "A", false, 1}, {11, {10}, "B", false, 2});
    REFERENCES("(3(2(1)))", {10, {11}, "A", false, 1}, {11, {12}, "B", false, 2},
               {12, {10}, "C", false, 3});
    REFERENCES("(1)", {10, {11, 10, 11, 10}, "A", false, 1});
}

void test_thread_last_reference_is_the_parent(void)
{
    /* what 3 says of 1 counts, since 1 has no parent by then */
    REFERENCES("(1)(2(3))", {10, {0}, "A", false, 1}, {11, {0}, "B", false, 2},
               {12, {11}, "C", true, 3});
    REFERENCES("(4(2(1(3))))", {10, {0}, "A", false, 1}, {11, {13}, "B", false, 2},
               {12, {11, 10}, "C", true, 3}, {13, {0}, "D", false, 4});
    /* an existing link of another is not changed */
    REFERENCES("(1(2(4)))(3)", {10, {0}, "A", false, 1}, {11, {10}, "B", true, 2},
               {12, {0}, "C", false, 3}, {13, {12, 11}, "D", true, 4});
}

void test_thread_gathers_subjects(void)
{
    /* a reply becomes the child of what is none, whichever is first */
    REFERENCES("(1(2))", {10, {0}, "A", false, 1}, {11, {0}, "A", true, 2});
    REFERENCES("(2(1))", {10, {0}, "A", true, 1}, {11, {0}, "A", false, 2});
    /* two of a kind become siblings */
    REFERENCES("(-(1)(2))", {10, {0}, "A", false, 1}, {11, {0}, "A", false, 2});
    REFERENCES("(-(1)(2))", {10, {0}, "A", true, 1}, {11, {0}, "A", true, 2});
    REFERENCES("(-(1)(2)(3))", {10, {0}, "A", true, 1}, {11, {0}, "A", true, 2},
               {12, {0}, "A", true, 3});
    /* nothing is gathered by an empty subject */
    REFERENCES("(1)(2)", {10, {0}, "", false, 1}, {11, {0}, "", true, 2});
    /* below those who have lost their parent; and these with each other */
    REFERENCES("(-(1)(2)(3))", {11, {10}, "A", true, 1}, {12, {10}, "B", true, 2},
               {13, {0}, "A", false, 3});
    REFERENCES("(-(1)(3)(4)(2))", {11, {10}, "A", true, 1}, {12, {10}, "B", true, 4},
               {13, {20}, "A", true, 2}, {14, {20}, "C", true, 3});
}

void test_thread_sorts_by_sent_date(void)
{
    REFERENCES("(2)(3)(1)", {10, {0}, "A", false, 9}, {11, {0}, "B", false, 2},
               {12, {0}, "C", false, 3});
    /* a thread without its first message by that of its first child */
    REFERENCES("(3)(-(2)(1))(4)", {11, {10}, "A", true, 6}, {12, {10}, "B", true, 3},
               {13, {0}, "C", false, 2}, {14, {0}, "D", false, 4});
}
