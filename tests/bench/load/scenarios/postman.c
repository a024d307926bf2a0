#include "postman.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../bench.h"
#include "../loop.h"
#include "base/clock.h"
#include "base/list.h"

struct addressee {
    struct watch watch;
    struct crowd *crowd;
};

static const char line[] = "* 10000 EXISTS\r\n";

/* In the process of its own, until the orders end. */
_Noreturn static void carry(int orders, const int *connections, unsigned count)
{
    char order;
    while (read(orders, &order, 1) == 1)
        for (unsigned i = 0; i < count; i++)
            if (send(connections[i], line, sizeof line - 1, MSG_NOSIGNAL) < 0)
                _exit(1);
    _exit(0);
}

static void receive(struct watch *watch, uint32_t events)
{
    (void)events;
    struct addressee *addressee = CONTAINER_OF(watch, struct addressee, watch);
    char octets[256];
    ssize_t got = recv(watch->fd, octets, sizeof octets, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got != sizeof line - 1)
        bench_die("a line did not come in one piece");
    struct crowd *crowd = addressee->crowd;
    samples_add(crowd->latencies, clock_monotonic_us() - crowd->sent_at);
    crowd->reached++;
}

static int listen_locally(struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    *address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)address, size) != 0 ||
        listen(listener, 1) != 0 || getsockname(listener, (struct sockaddr *)address, &size) != 0)
        bench_die_errno("a listener on loopback");
    return listener;
}

/* Both ends of a connection; the addressee's is watched. */
static int connect_one(int listener, const struct sockaddr_in *address, struct watch *watch)
{
    const int yes = 1;
    watch->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (watch->fd < 0 || connect(watch->fd, (const struct sockaddr *)address, sizeof *address) != 0)
        bench_die_errno("a connection on loopback");
    int end = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (end < 0 || setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0)
        bench_die_errno("accept");
    watch->ready = receive;
    loop_add(watch, EPOLLIN);
    return end;
}

void postman_hire(struct postman *postman, struct crowd *crowd)
{
    int orders[2];
    int *ends = bench_allocate(crowd->count, sizeof *ends);
    struct sockaddr_in address;
    int listener = listen_locally(&address);
    postman->addressees = bench_allocate(crowd->count, sizeof *postman->addressees);
    for (unsigned i = 0; i < crowd->count; i++) {
        postman->addressees[i].crowd = crowd;
        ends[i] = connect_one(listener, &address, &postman->addressees[i].watch);
    }
    if (pipe(orders) != 0)
        bench_die_errno("pipe");
    postman->process = fork();
    if (postman->process < 0)
        bench_die_errno("fork");
    if (postman->process == 0) {
        (void)close(orders[1]);
        carry(orders[0], ends, crowd->count);
    }
    postman->orders = orders[1];
    (void)close(orders[0]);
    (void)close(listener);
    for (unsigned i = 0; i < crowd->count; i++)
        (void)close(ends[i]);
    free(ends);
}

void postman_send(const struct postman *postman)
{
    if (write(postman->orders, "!", 1) != 1)
        bench_die_errno("the postman");
}

void postman_dismiss(struct postman *postman)
{
    (void)close(postman->orders);
    if (waitpid(postman->process, NULL, 0) < 0)
        bench_die_errno("the postman");
    for (unsigned i = 0; i < postman->addressees->crowd->count; i++) {
        loop_remove(&postman->addressees[i].watch);
        (void)close(postman->addressees[i].watch.fd);
    }
    free(postman->addressees);
    *postman = (struct postman){0};
}
