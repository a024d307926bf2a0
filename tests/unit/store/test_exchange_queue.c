#include "exchange_queue.h"

#include "support/check.h"

static struct exchange *add(struct exchange_queue *queue, size_t statements)
{
    struct exchange *exchange = NULL;
    CHECK_OK(exchange_new(&exchange));
    exchange_queue_add(queue, exchange);
    for (size_t i = 0; i < statements; i++) {
        CHECK_OK(exchange_reserve(exchange));
        exchange_queue_count(queue, exchange, 100);
    }
    return exchange;
}

static void answer(struct exchange *exchange)
{
    CHECK(exchange_answer(exchange, PQmakeEmptyPGresult(NULL, PGRES_COMMAND_OK)));
}

static void take(struct exchange_queue *queue, struct exchange *expected)
{
    struct exchange *exchange = exchange_queue_take_oldest(queue);
    CHECK(exchange == expected);
    exchange_free(&exchange);
}

void test_exchange_queue_keeps_order_and_sums(void)
{
    struct exchange_queue queue;
    exchange_queue_init(&queue);
    CHECK(exchange_queue_is_empty(&queue));
    struct exchange *first = add(&queue, 2), *second = add(&queue, 1);
    CHECK(exchange_queue_oldest(&queue) == first);
    CHECK(exchange_queue_youngest(&queue) == second);
    CHECK_INT(queue.count, 2);
    CHECK_INT(queue.octets, 300);
    take(&queue, first);
    CHECK_INT(queue.count, 1);
    CHECK_INT(queue.octets, 100);
    take(&queue, second);
    CHECK(exchange_queue_is_empty(&queue));
    CHECK_INT(queue.octets, 0);
}

void test_exchange_queue_groups_end_with_a_sync(void)
{
    struct exchange_queue queue;
    exchange_queue_init(&queue);
    CHECK(!exchange_queue_expects_result(&queue));
    struct exchange *first = add(&queue, 2), *second = add(&queue, 1), *third = add(&queue, 4);
    CHECK_INT(exchange_queue_group_size(&queue), 7);
    second->ends_group = true;
    CHECK_INT(exchange_queue_group_size(&queue), 3);
    CHECK(exchange_queue_find_unanswered(&queue) == first);
    answer(first);
    CHECK(exchange_queue_find_unanswered(&queue) == first);
    answer(first);
    CHECK(!exchange_queue_expects_result(&queue));
    first->synced = true;
    CHECK(exchange_queue_expects_result(&queue));
    CHECK(exchange_queue_find_unanswered(&queue) == second);
    answer(second); /* its sync is still to come: what comes now is not the third's */
    CHECK(exchange_queue_find_unanswered(&queue) == second);
    take(&queue, first);
    take(&queue, second);
    CHECK(exchange_queue_find_unanswered(&queue) == third);
    take(&queue, third);
    CHECK(exchange_queue_find_unanswered(&queue) == NULL);
}
