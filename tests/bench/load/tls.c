#include "tls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdlib.h>

#include "bench.h"

struct tls {
    SSL *connection;
};

static SSL_CTX *context(void)
{
    static SSL_CTX *made;
    if (!made) {
        made = SSL_CTX_new(TLS_client_method());
        if (!made)
            bench_die("no TLS");
        SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                   SSL_MODE_RELEASE_BUFFERS);
    }
    return made;
}

_Noreturn static void no_handshake(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    bench_die("no handshake: %s", reason ? reason : "connection lost");
}

/* Whether it is complete. */
static bool handshake_step(struct tls *tls)
{
    int outcome = SSL_connect(tls->connection);
    if (outcome != 1 && SSL_get_error(tls->connection, outcome) != SSL_ERROR_WANT_READ)
        no_handshake();
    return outcome == 1;
}

struct tls *tls_start(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
        bench_die_errno("O_NONBLOCK");
    struct tls *tls = bench_allocate(1, sizeof *tls);
    tls->connection = SSL_new(context());
    if (!tls->connection || SSL_set_fd(tls->connection, fd) != 1)
        bench_die("no TLS");
    handshake_step(tls);
    return tls;
}

void tls_shake_hands(struct tls *tls)
{
    enum { HANDSHAKE_MS = 60 * 1000 };
    struct pollfd wait = {.fd = SSL_get_fd(tls->connection), .events = POLLIN};
    while (!handshake_step(tls))
        if (poll(&wait, 1, HANDSHAKE_MS) != 1)
            no_handshake();
}

static int as_int(size_t size)
{
    return size < INT_MAX ? (int)size : INT_MAX;
}

/* What send or recv would have returned. */
static ssize_t outcome(const struct tls *tls, int count)
{
    if (count > 0)
        return count;
    switch (SSL_get_error(tls->connection, count)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        errno = EAGAIN;
        return -1;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    default:
        errno = EPROTO;
        return -1;
    }
}

ssize_t tls_send(struct tls *tls, const char *octets, size_t count)
{
    return outcome(tls, SSL_write(tls->connection, octets, as_int(count)));
}

ssize_t tls_receive(struct tls *tls, char *place, size_t size)
{
    return outcome(tls, SSL_read(tls->connection, place, as_int(size)));
}

void tls_close(struct tls **tls)
{
    if (!*tls)
        return;
    SSL_free((*tls)->connection);
    free(*tls);
    *tls = NULL;
}
