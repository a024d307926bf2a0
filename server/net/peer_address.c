#include "net/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

void listener_peer_address(int fd, char *text, size_t size)
{
    struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof peer;
    text[0] = 0;
    if (getpeername(fd, (struct sockaddr *)&peer, &len) != 0)
        return;
    if (peer.ss_family == AF_UNIX)
        snprintf(text, size, "unix");
    if (peer.ss_family == AF_INET)
        (void)inet_ntop(AF_INET, &((struct sockaddr_in *)&peer)->sin_addr, text, (socklen_t)size);
    if (peer.ss_family != AF_INET6)
        return;
    const struct in6_addr *address = &((struct sockaddr_in6 *)&peer)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(address))
        (void)inet_ntop(AF_INET, &address->s6_addr[12], text, (socklen_t)size);
    else
        (void)inet_ntop(AF_INET6, address, text, (socklen_t)size);
}

void listener_peer_network(const char *address, char *text, size_t size)
{
    enum { NETWORK_OCTETS = 8 };
    char network[INET6_ADDRSTRLEN];
    struct in6_addr v6;
    if (inet_pton(AF_INET6, address, &v6) != 1) {
        snprintf(text, size, "%s", address);
        return;
    }
    memset(&v6.s6_addr[NETWORK_OCTETS], 0, sizeof v6.s6_addr - NETWORK_OCTETS);
    (void)inet_ntop(AF_INET6, &v6, network, sizeof network);
    snprintf(text, size, "%s/64", network);
}
