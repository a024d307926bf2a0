#include "base/list.h"

#include "support/check.h"

struct item {
    int number;
    struct link link;
};

static int digits_of(struct link *head)
{
    int digits = 0;
    LIST_EACH(head, l)
    digits = digits * 10 + CONTAINER_OF(l, struct item, link)->number;
    return digits;
}

void test_list_keeps_order_and_moves_all(void)
{
    struct link head, other;
    struct item items[4];
    link_init(&head);
    link_init(&other);
    CHECK(list_empty(&head));
    for (int i = 0; i < 4; i++) {
        items[i].number = i + 1;
        link_init(&items[i].link);
        CHECK(!link_in_list(&items[i].link));
        list_add_tail(i < 2 ? &head : &other, &items[i].link);
    }
    list_move_all(&head, &other);
    CHECK_INT(digits_of(&head), 1234);
    CHECK(list_empty(&other));
    list_move_all(&head, &other);
    CHECK_INT(digits_of(&head), 1234);
}

void test_list_allows_removing_while_iterating(void)
{
    struct link head;
    struct item items[5];
    link_init(&head);
    for (int i = 0; i < 5; i++) {
        items[i].number = i + 1;
        list_add_tail(&head, &items[i].link);
    }
    LIST_EACH_SAFE(&head, l)
    {
        if (CONTAINER_OF(l, struct item, link)->number % 2)
            link_remove(l);
    }
    CHECK_INT(digits_of(&head), 24);
    CHECK(!link_in_list(&items[0].link));
    link_remove(&items[0].link);
    CHECK_INT(digits_of(&head), 24);
}
