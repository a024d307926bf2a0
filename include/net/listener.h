/*
 * Listening sockets and accepted connections.
 *
 * The master binds one socket per address and worker slot (SO_REUSEPORT, so
 * that the kernel spreads connections) and keeps them open; a worker accepts
 * on its own. A worker that dies loses no pending connection: its successor
 * inherits the socket.
 */
#ifndef POSTROOM_NET_LISTENER_H
#define POSTROOM_NET_LISTENER_H

#include <stdbool.h>

#include "base/error.h"
#include "base/slice.h"

/* "127.0.0.1:1143", "[::1]:1143", "*:143" or "unix:/path". Binds and listens,
 * non-blocking, close-on-exec off. For Unix sockets the file is replaced and
 * gets `mode`. -ERR_INVALID, -ERR_IO. */
int listener_bind(const char *address, int backlog, unsigned mode, int *fd_out) MUST_CHECK;

/* Before the first listener_bind of an address. -ERR_IO when another server
 * listens there: SO_REUSEPORT would let two servers share a port, and a Unix
 * socket be taken away from who has it, without a word. */
int listener_check_free(const char *address) MUST_CHECK;

struct listener;
/* Calls accepted(arg, fd) in the loop for each connection; fd is the
 * callback's then. Out of descriptors: pauses 100 ms and goes on. */
int listener_start(int listen_fd, void (*accepted)(void *arg, int fd), void *arg,
                   struct listener **out) MUST_CHECK;
/* Stops accepting; does not close listen_fd. */
void listener_free(struct listener **listener);

/* The address of the peer of a connected socket as text without port
 * ("127.0.0.1", "::1", IPv4-mapped ones as IPv4; "unix" for Unix sockets; "" when it is gone). */
void listener_peer_address(int fd, char *text, size_t size);
/* Who is behind such an address, for those who count: an IPv6 address is one of the 2^64 that
 * its owner has, so that it stands for its network ("2001:db8::/64"); others for themselves. */
void listener_peer_network(const char *address, char *text, size_t size);

/* Networks as "192.0.2.0/24", "::1/128", or "unix" for Unix sockets. */
struct network_list;
int network_list_parse(const char *const *texts, size_t count,
                       struct network_list **out) MUST_CHECK;
void network_list_free(struct network_list **list);
/* remote as stream_remote() gives it; IPv4-mapped IPv6 counts as IPv4. */
bool network_list_contains(const struct network_list *list, const char *remote);

#endif
