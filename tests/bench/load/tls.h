/*
 * TLS on a client's connection. Any certificate will do: it is our own server.
 */
#ifndef POSTROOM_BENCH_TLS_H
#define POSTROOM_BENCH_TLS_H

#include <stddef.h>
#include <sys/types.h>

struct tls;

/* After the server's OK to STARTTLS: says hello, and makes the socket
 * non-blocking. Many may do that before the first waits for its handshake. All
 * end the program when they fail. */
struct tls *tls_start(int fd);
void tls_shake_hands(struct tls *tls);
/* As send and recv with MSG_DONTWAIT: −1 and EAGAIN when it would have to wait. */
ssize_t tls_send(struct tls *tls, const char *octets, size_t count);
ssize_t tls_receive(struct tls *tls, char *place, size_t size);
/* The socket stays open. */
void tls_close(struct tls **tls);

#endif
