#include "sieve/address_part.h"

#include "mime/address.h"

enum { SEPARATOR = '+' };

/* Lists --------------------------------------------------------------------------- */

struct list {
    struct arena *arena;
    struct mail_address *addresses;
    size_t count, room;
    int failure;
};

static int make_room(struct list *list)
{
    if (list->count < list->room)
        return 0;
    size_t room = list->room ? list->room * 2 : 4;
    struct mail_address *larger = ARENA_ARRAY(list->arena, room, struct mail_address);
    if (!larger)
        return -ERR_NO_MEMORY;
    if (list->count > 0)
        memcpy(larger, list->addresses, list->count * sizeof *larger);
    list->addresses = larger;
    list->room = room;
    return 0;
}

static int add(struct list *list, const struct address_entry *entry)
{
    struct mail_address address = {arena_copy(list->arena, entry->mailbox),
                                   arena_copy(list->arena, entry->host)};
    if (!address.local.data || !address.domain.data || make_room(list) < 0)
        return -ERR_NO_MEMORY;
    list->addresses[list->count++] = address;
    return 0;
}

static void on_entry(void *arg, const struct address_entry *entry)
{
    struct list *list = arg;
    bool is_group = !entry->host.data;
    if (!is_group && list->failure == 0)
        list->failure = add(list, entry);
}

int sieve_addresses_read(struct slice value, struct arena *arena, struct mail_address **out,
                         size_t *count_out)
{
    struct list list = {.arena = arena};
    int failure;
    address_list_each(value, 0, on_entry, &list, &failure);
    if (failure == 0)
        failure = list.failure;
    if (failure < 0)
        return failure;
    *out = list.addresses;
    *count_out = list.count;
    return 0;
}

bool sieve_is_sender(struct slice text)
{
    struct arena arena;
    struct mail_address *addresses = NULL;
    size_t count = 0;
    arena_init(&arena, 0);
    int result = sieve_addresses_read(text, &arena, &addresses, &count);
    bool is_one =
        result == 0 && count == 1 && addresses[0].local.len > 0 && addresses[0].domain.len > 0;
    arena_clear(&arena);
    return is_one;
}

/* Parts --------------------------------------------------------------------------- */

static int render(const struct mail_address *address, struct arena *arena, struct slice *out)
{
    struct buffer text;
    buffer_init(&text, 0);
    mail_address_render(address, &text);
    return buffer_keep(&text, arena, out);
}

int sieve_address_part(const struct mail_address *address, enum sieve_address_part part,
                       struct arena *arena, struct slice *out, bool *exists_out)
{
    struct slice local = address->local;
    size_t separator = slice_find(local, SEPARATOR);
    const struct {
        bool exists;
        struct slice text;
    } parts[] = {
        [SIEVE_PART_ALL] = {true, SLICE_EMPTY},
        [SIEVE_PART_LOCALPART] = {true, local},
        [SIEVE_PART_DOMAIN] = {true, address->domain},
        [SIEVE_PART_USER] = {true, slice_sub(local, 0, separator)},
        [SIEVE_PART_DETAIL] = {separator < local.len, slice_sub(local, separator + 1, local.len)},
    };
    /* The null reverse-path (RFC 5228 section 5.4) is empty in all its parts. */
    bool is_null = local.len == 0 && address->domain.len == 0;
    bool is_address = local.len > 0 && address->domain.len > 0;
    if (part == SIEVE_PART_ALL && !is_null) {
        int result = render(address, arena, out);
        if (result == 0)
            *exists_out = true;
        return result;
    }
    *out = parts[part].text;
    *exists_out = parts[part].exists && (is_address || is_null);
    return 0;
}
