#include "exchange_queue.h"

static struct exchange *exchange_of(struct link *link)
{
    return CONTAINER_OF(link, struct exchange, link);
}

void exchange_queue_init(struct exchange_queue *queue)
{
    *queue = (struct exchange_queue){0};
    link_init(&queue->exchanges);
}

bool exchange_queue_is_empty(const struct exchange_queue *queue)
{
    return list_empty(&queue->exchanges);
}

void exchange_queue_add(struct exchange_queue *queue, struct exchange *exchange)
{
    list_add_tail(&queue->exchanges, &exchange->link);
    queue->count++;
}

void exchange_queue_count(struct exchange_queue *queue, struct exchange *exchange, size_t octets)
{
    exchange->sent++;
    exchange->octets += octets;
    queue->octets += octets;
}

struct exchange *exchange_queue_oldest(const struct exchange_queue *queue)
{
    return exchange_of(queue->exchanges.next);
}

struct exchange *exchange_queue_youngest(const struct exchange_queue *queue)
{
    return exchange_of(queue->exchanges.prev);
}

struct exchange *exchange_queue_take_oldest(struct exchange_queue *queue)
{
    struct exchange *exchange = exchange_queue_oldest(queue);
    link_remove(&exchange->link);
    queue->count--;
    queue->octets -= exchange->octets;
    return exchange;
}

size_t exchange_queue_group_size(const struct exchange_queue *queue)
{
    size_t statements = 0;
    LIST_EACH(&queue->exchanges, link)
    {
        const struct exchange *exchange = exchange_of(link);
        statements += exchange->sent;
        if (exchange->ends_group)
            break;
    }
    return statements;
}

struct exchange *exchange_queue_find_unanswered(const struct exchange_queue *queue)
{
    LIST_EACH(&queue->exchanges, link)
    {
        struct exchange *exchange = exchange_of(link);
        if (exchange->answered < exchange->sent || exchange->ends_group)
            return exchange;
    }
    return NULL;
}

bool exchange_queue_expects_result(const struct exchange_queue *queue)
{
    if (exchange_queue_is_empty(queue))
        return false;
    const struct exchange *exchange = exchange_queue_oldest(queue);
    return exchange->synced || exchange->answered < exchange->sent;
}
