#include "wire.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tls.h"
#include "traffic.h"

enum { WIRE_READ = 64 * 1024 };

static int dial(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *address;
    int failure = getaddrinfo(host, port, &hints, &address);
    if (failure)
        bench_die("%s: %s", host, gai_strerror(failure));
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        bench_die_errno("socket");
    if (connect(fd, address->ai_addr, address->ai_addrlen) != 0)
        bench_die_errno("connect");
    freeaddrinfo(address);
    int on = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        bench_die_errno("TCP_NODELAY");
    return fd;
}

static ssize_t put_octets(struct wire *wire, const char *octets, size_t count)
{
    return wire->tls ? tls_send(wire->tls, octets, count)
                     : send(wire->watch.fd, octets, count, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static ssize_t get_octets(struct wire *wire, char *place, size_t size)
{
    return wire->tls ? tls_receive(wire->tls, place, size)
                     : recv(wire->watch.fd, place, size, MSG_DONTWAIT);
}

static bool must_wait(ssize_t count)
{
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void wire_flush(struct wire *wire)
{
    if (buffer_check(&wire->output) != 0)
        bench_die("%s: no memory for what is sent", wire->name);
    while (wire->sent < wire->output.len) {
        ssize_t count =
            put_octets(wire, wire->output.data + wire->sent, wire->output.len - wire->sent);
        if (must_wait(count)) {
            loop_change(&wire->watch, EPOLLIN | EPOLLOUT);
            return;
        }
        if (count < 0)
            bench_die("%s: send failed: %s", wire->name, strerror(errno));
        wire->sent += (size_t)count;
        traffic_add((size_t)count);
    }
    buffer_reset(&wire->output);
    wire->sent = 0;
}

struct slice wire_input(const struct wire *wire)
{
    return slice_sub(buffer_slice(&wire->input), wire->parsed, SIZE_MAX);
}

void wire_consume(struct wire *wire, size_t octets)
{
    wire->parsed += octets;
}

static void forget_parsed(struct wire *wire)
{
    if (wire->parsed == wire->input.len)
        buffer_reset(&wire->input);
    else if (wire->parsed > wire->input.len / 2)
        buffer_drop_front(&wire->input, wire->parsed);
    else
        return;
    wire->parsed = 0;
}

static void wire_ready(struct watch *watch, uint32_t events)
{
    struct wire *wire = (struct wire *)watch; /* its first member */
    if (events & EPOLLOUT) {
        loop_change(watch, EPOLLIN);
        wire_flush(wire);
    }
    if (!(events & ~(uint32_t)EPOLLOUT))
        return;
    char *place = buffer_reserve(&wire->input, WIRE_READ);
    if (!place)
        bench_die("%s: no memory for a reply", wire->name);
    ssize_t count = get_octets(wire, place, WIRE_READ);
    if (must_wait(count))
        return;
    if (count <= 0)
        bench_die("%s: connection lost: %s", wire->name, count ? strerror(errno) : "end of file");
    buffer_commit(&wire->input, (size_t)count);
    traffic_add((size_t)count);
    wire->heard(wire);
    forget_parsed(wire);
}

void wire_open(struct wire *wire, const struct bench *bench, const char *port, const char *name,
               void (*heard)(struct wire *wire))
{
    *wire = (struct wire){.name = name, .heard = heard};
    buffer_init(&wire->input, 0);
    buffer_init(&wire->output, 0);
    wire->watch = (struct watch){dial(bench->host, port), wire_ready};
    loop_add(&wire->watch, EPOLLIN);
}

bool wire_is_open(const struct wire *wire)
{
    return wire->watch.fd >= 0;
}

void wire_close(struct wire *wire)
{
    tls_close(&wire->tls);
    if (wire_is_open(wire))
        close(wire->watch.fd);
    wire->watch.fd = -1;
    buffer_clear(&wire->input);
    buffer_clear(&wire->output);
    wire->parsed = wire->sent = 0;
}
