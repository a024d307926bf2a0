#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/slice.h"
#include "net/listener.h"

struct network {
    int family;         /* AF_INET, AF_INET6, AF_UNIX */
    uint8_t octets[16]; /* 4 of them for AF_INET */
    unsigned prefix;    /* bits that count */
};

struct network_list {
    size_t count;
    struct network networks[];
};

enum { IPV4_BITS = 32, IPV6_BITS = 128, MAPPED_BITS = 96 };

/* An address as the network that has only it. IPv4-mapped IPv6 is IPv4. */
static bool parse_address(struct slice text, struct network *network_out)
{
    char copy[INET6_ADDRSTRLEN];
    struct network network = {.family = AF_UNIX};
    struct in6_addr v6;
    if (text.len >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    if (inet_pton(AF_INET, copy, network.octets) == 1) {
        network.family = AF_INET;
        network.prefix = IPV4_BITS;
    } else if (inet_pton(AF_INET6, copy, &v6) == 1 && IN6_IS_ADDR_V4MAPPED(&v6)) {
        network.family = AF_INET;
        network.prefix = IPV4_BITS;
        memcpy(network.octets, &v6.s6_addr[12], 4);
    } else if (inet_pton(AF_INET6, copy, &v6) == 1) {
        network.family = AF_INET6;
        network.prefix = IPV6_BITS;
        memcpy(network.octets, v6.s6_addr, sizeof v6.s6_addr);
    } else if (!slice_equal(text, SLICE("unix"))) {
        return false;
    }
    *network_out = network;
    return true;
}

static bool parse_network(struct slice text, struct network *network_out)
{
    size_t slash = slice_find(text, '/');
    struct slice address = slice_sub(text, 0, slash);
    struct network network;
    uint32_t prefix = 0;
    if (!parse_address(address, &network))
        return false;
    if (slash < text.len) {
        if (network.family == AF_UNIX ||
            !slice_to_u32(slice_sub(text, slash + 1, SIZE_MAX), &prefix))
            return false;
        bool mapped = network.family == AF_INET && slice_find(address, ':') < address.len;
        if (mapped && prefix < MAPPED_BITS)
            return false;
        prefix -= mapped ? MAPPED_BITS : 0;
        if (prefix > network.prefix)
            return false;
        network.prefix = prefix;
    }
    *network_out = network;
    return true;
}

int network_list_parse(const char *const *texts, size_t count, struct network_list **out)
{
    struct network_list *list = calloc(1, sizeof *list + count * sizeof list->networks[0]);
    if (!list)
        return fail(ERR_NO_MEMORY, "no memory for a list of networks");
    for (size_t i = 0; i < count; i++) {
        if (!parse_network(slice_cstr(texts[i]), &list->networks[i])) {
            network_list_free(&list);
            return fail(ERR_INVALID, "\"%s\" is no network, as 192.0.2.0/24, 2001:db8::/32 or unix",
                        texts[i]);
        }
    }
    list->count = count;
    *out = list;
    return 0;
}

void network_list_free(struct network_list **list)
{
    free(*list);
    *list = NULL;
}

static bool has(const struct network *network, const struct network *address)
{
    unsigned whole = network->prefix / 8;
    unsigned bits = network->prefix % 8;
    if (network->family != address->family || memcmp(network->octets, address->octets, whole) != 0)
        return false;
    unsigned differing = network->octets[whole % 16] ^ address->octets[whole % 16];
    return bits == 0 || differing >> (8 - bits) == 0;
}

bool network_list_contains(const struct network_list *list, const char *remote)
{
    struct network address;
    if (!parse_address(slice_cstr(remote), &address))
        return false;
    for (size_t i = 0; i < list->count; i++) {
        if (has(&list->networks[i], &address))
            return true;
    }
    return false;
}
