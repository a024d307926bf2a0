#include "net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "fiber/fiber.h"
#include "fiber/loop.h"
#include "net/stream.h"
#include "support/check.h"

enum { PORT = 21100 };

static struct listener *listener;
static int accepted_fds[8];
static int accepted_count;

static void keep(void *arg, int fd)
{
    (void)arg;
    accepted_fds[accepted_count++] = fd;
}

static void close_accepted(void)
{
    while (accepted_count > 0)
        close(accepted_fds[--accepted_count]);
}

static void wait_for_accepted(int count)
{
    int64_t until = clock_monotonic_ms() + 3000;
    while (accepted_count < count && clock_monotonic_ms() < until)
        fiber_sleep(1);
    CHECK_INT(accepted_count, count);
}

static int connect_v4(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static int connect_v6(int port)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    address.sin6_addr = in6addr_loopback;
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

/* How a stream names the peer of the only connection accepted. */
static void check_remote(const char *expected)
{
    static const struct stream_limits limits = {1000, 1000};
    struct stream *stream = NULL;
    wait_for_accepted(1);
    CHECK_OK(stream_new(accepted_fds[--accepted_count], &limits, &stream));
    CHECK_STR(stream_remote(stream), expected);
    stream_free(&stream);
}

static void accept_by_ipv4(void *arg)
{
    (void)arg;
    int fd = -1;
    CHECK_OK(listener_bind("127.0.0.1:21100", 16, 0, &fd));
    CHECK_INT(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
    CHECK_OK(listener_start(fd, keep, NULL, &listener));
    int a = connect_v4(PORT);
    int b = connect_v4(PORT);
    wait_for_accepted(2);
    CHECK(fcntl(accepted_fds[0], F_GETFD) & FD_CLOEXEC);
    CHECK(fcntl(accepted_fds[0], F_GETFL) & O_NONBLOCK);
    close_accepted();
    int c = connect_v4(PORT);
    check_remote("127.0.0.1");
    listener_free(&listener);
    CHECK(listener == NULL);
    close(a);
    close(b);
    close(c);
    close(fd);
}

void test_listener_accepts_connections(void)
{
    CHECK_OK(loop_run_main(accept_by_ipv4, NULL));
}

void test_listener_says_when_another_server_has_the_address(void)
{
    char address[64];
    snprintf(address, sizeof address, "unix:/tmp/postroom-listener-%d", (int)getpid());
    const char *const addresses[] = {"127.0.0.1:21107", "[::1]:21108", "*:21109", address};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        int fd;
        CHECK_OK(listener_check_free(addresses[i]));
        CHECK_OK(listener_bind(addresses[i], 16, 0600, &fd));
        CHECK_ERR(listener_check_free(addresses[i]), ERR_IO);
        close(fd);
        CHECK_OK(listener_check_free(addresses[i])); /* also with the file still there */
    }
    unlink(address + strlen("unix:"));
    CHECK_ERR(listener_check_free("nowhere"), ERR_INVALID);
}

void test_listener_binds_one_port_for_several_workers(void)
{
    int first = -1, second = -1;
    CHECK_OK(listener_bind("127.0.0.1:21101", 16, 0, &first));
    CHECK_OK(listener_bind("127.0.0.1:21101", 16, 0, &second));
    CHECK(first != second);
    close(first);
    close(second);
}

static void accept_dual_stack(void *arg)
{
    (void)arg;
    int fd = -1;
    CHECK_OK(listener_bind("*:21102", 16, 0, &fd));
    CHECK_OK(listener_start(fd, keep, NULL, &listener));
    int a = connect_v4(21102);
    CHECK(a >= 0);
    check_remote("127.0.0.1");
    int b = connect_v6(21102);
    if (b >= 0) /* no IPv6 in some containers */
        check_remote("::1");
    listener_free(&listener);
    close(a);
    close(b);
    close(fd);
}

void test_listener_star_serves_ipv4_and_ipv6(void)
{
    CHECK_OK(loop_run_main(accept_dual_stack, NULL));
}

void test_listener_brackets_serve_ipv6_only(void)
{
    int fd = -1;
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    if (probe < 0)
        return;
    close(probe);
    CHECK_OK(listener_bind("[::]:21103", 16, 0, &fd));
    CHECK_INT(connect_v4(21103), -1);
    int client = connect_v6(21103);
    CHECK(client >= 0);
    close(client);
    close(fd);
}

static void accept_by_unix(void *arg)
{
    (void)arg;
    char folder[] = "/tmp/listener-XXXXXX";
    char path[64], address[80];
    int old = -1, fd = -1;
    struct stat status;
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/socket", folder);
    snprintf(address, sizeof address, "unix:%s", path);
    CHECK_OK(listener_bind(address, 16, 0600, &old));
    CHECK_OK(listener_bind(address, 16, 0660, &fd)); /* replaces the file */
    CHECK_INT(stat(path, &status), 0);
    CHECK_INT(status.st_mode & 0777, 0660);
    CHECK_OK(listener_start(fd, keep, NULL, &listener));
    int client = connect_unix(path);
    check_remote("unix");
    listener_free(&listener);
    close(client);
    close(fd);
    close(old);
    CHECK_INT(unlink(path), 0);

    /* A file that is no socket is not ours to replace. */
    close(open(path, O_CREAT | O_WRONLY, 0600));
    CHECK_ERR(listener_bind(address, 16, 0600, &fd), ERR_IO);
    CHECK_INT(unlink(path), 0);
    CHECK_INT(rmdir(folder), 0);
}

void test_listener_unix_socket_replaces_the_file_and_sets_its_mode(void)
{
    CHECK_OK(loop_run_main(accept_by_unix, NULL));
}

void test_listener_refuses_what_is_no_address(void)
{
    static const char *const wrong[] = {
        "",         "143",           ":143",  "127.0.0.1",       "127.0.0.1:",     "127.0.0.1:0",
        "::1:143",  "127.0.0.1:x",   "*:",    "127.0.0.1:65536", "localhost:143",  "[::1:143",
        "[::1]143", "[127.0.0.1]:1", "unix:", "127.0.0.1:143x",  "127.0.0.1:-143", "[]:143"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int fd = -7;
        CHECK_ERR(listener_bind(wrong[i], 16, 0, &fd), ERR_INVALID);
        CHECK_INT(fd, -7);
    }
    int fd = -7;
    CHECK_ERR(listener_bind("192.0.2.1:21104", 16, 0, &fd), ERR_IO); /* not ours */
    CHECK_INT(fd, -7);
}

static void free_the_listener(void *arg, int fd)
{
    (void)arg;
    accepted_count++;
    close(fd);
    listener_free(&listener);
}

static void free_in_callback(void *arg)
{
    (void)arg;
    int fd = -1;
    CHECK_OK(listener_bind("127.0.0.1:21105", 16, 0, &fd));
    int a = connect_v4(21105);
    int b = connect_v4(21105);
    CHECK_OK(listener_start(fd, free_the_listener, NULL, &listener));
    wait_for_accepted(1);
    fiber_sleep(5);
    CHECK_INT(accepted_count, 1);
    accepted_count = 0;
    close(a);
    close(b);
    close(fd);
}

void test_listener_may_be_freed_by_its_callback(void)
{
    CHECK_OK(loop_run_main(free_in_callback, NULL));
}

static void run_out_of_descriptors(void *arg)
{
    (void)arg;
    int fd = -1;
    struct rlimit before;
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
    CHECK_OK(listener_bind("127.0.0.1:21106", 16, 0, &fd));
    CHECK_OK(listener_start(fd, keep, NULL, &listener));
    int client = connect_v4(21106);
    const struct rlimit none = {3, before.rlim_max};
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct rusage usage[2];
    CHECK_INT(getrusage(RUSAGE_SELF, &usage[0]), 0);
    fiber_sleep(50);
    CHECK_INT(getrusage(RUSAGE_SELF, &usage[1]), 0);
    CHECK_INT(accepted_count, 0);
    int64_t busy_us = (usage[1].ru_utime.tv_sec - usage[0].ru_utime.tv_sec) * 1000000 +
                      usage[1].ru_utime.tv_usec - usage[0].ru_utime.tv_usec +
                      (usage[1].ru_stime.tv_sec - usage[0].ru_stime.tv_sec) * 1000000 +
                      usage[1].ru_stime.tv_usec - usage[0].ru_stime.tv_usec;
    CHECK(busy_us < 25000);
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
    wait_for_accepted(1);
    close_accepted();
    listener_free(&listener);
    close(client);
    close(fd);
}

void test_listener_pauses_when_out_of_descriptors(void)
{
    CHECK_OK(loop_run_main(run_out_of_descriptors, NULL));
}

void test_listener_peer_network_is_who_is_behind_an_address(void)
{
    static const struct {
        const char *address, *network;
    } rows[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"unix", "unix"},
        {"", ""},
        {"::1", "::/64"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"2001:db8::", "2001:db8::/64"},
    };
    char network[64];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        listener_peer_network(rows[i].address, network, sizeof network);
        CHECK_STR(network, rows[i].network);
    }
}
