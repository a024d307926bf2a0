#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/slice.h"
#include "net/listener.h"

struct listen_address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
    } socket;
    socklen_t len;
    bool dual_stack; /* IPv6, and IPv4 too */
};

static int parse_unix(const char *path, struct listen_address *address_out)
{
    struct listen_address address = {.len = sizeof(struct sockaddr_un)};
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof address.socket.local.sun_path)
        return fail(ERR_INVALID, "the path of a Unix socket has 1 to %zu octets, not %zu",
                    sizeof address.socket.local.sun_path - 1, len);
    address.socket.local.sun_family = AF_UNIX;
    memcpy(address.socket.local.sun_path, path, len + 1);
    *address_out = address;
    return 0;
}

/* host is an address in digits, in brackets for IPv6, or "*". */
static bool parse_host(struct slice host, uint16_t port, struct listen_address *address)
{
    char text[INET6_ADDRSTRLEN];
    bool bracketed = host.len > 2 && host.data[0] == '[' && host.data[host.len - 1] == ']';
    bool any = slice_equal(host, SLICE("*"));
    struct slice digits = bracketed ? slice_sub(host, 1, host.len - 2) : host;
    if (digits.len >= sizeof text)
        return false;
    memcpy(text, digits.data, digits.len);
    text[digits.len] = '\0';
    if (bracketed || any) {
        address->len = sizeof address->socket.v6;
        address->dual_stack = any;
        address->socket.v6.sin6_family = AF_INET6;
        address->socket.v6.sin6_port = htons(port);
        return any || inet_pton(AF_INET6, text, &address->socket.v6.sin6_addr) == 1;
    }
    address->len = sizeof address->socket.v4;
    address->socket.v4.sin_family = AF_INET;
    address->socket.v4.sin_port = htons(port);
    return inet_pton(AF_INET, text, &address->socket.v4.sin_addr) == 1;
}

static int parse(const char *text, struct listen_address *address_out)
{
    struct slice whole = slice_cstr(text);
    if (slice_starts_with(whole, SLICE("unix:")))
        return parse_unix(text + strlen("unix:"), address_out);
    const char *colon = strrchr(text, ':');
    size_t host_len = colon ? (size_t)(colon - text) : whole.len;
    struct listen_address address = {.len = 0};
    uint32_t port = 0;
    if (!colon || !slice_to_u32(slice_sub(whole, host_len + 1, SIZE_MAX), &port) || port == 0 ||
        port > UINT16_MAX || !parse_host(slice_sub(whole, 0, host_len), (uint16_t)port, &address))
        return fail(ERR_INVALID,
                    "\"%s\" is no address to listen on, as 127.0.0.1:143, [::1]:143, *:143 or "
                    "unix:/path",
                    text);
    *address_out = address;
    return 0;
}

static int set_option(int fd, int level, int option, int value)
{
    if (setsockopt(fd, level, option, &value, sizeof value) != 0)
        return fail_errno(ERR_IO, "cannot set up a listening socket");
    return 0;
}

static int set_tcp_options(int fd, const struct listen_address *address, bool shared)
{
    int rc = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (rc == 0)
        rc = set_option(fd, SOL_SOCKET, SO_REUSEPORT, shared);
    if (rc == 0 && address->socket.any.sa_family == AF_INET6)
        rc = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, !address->dual_stack);
    return rc;
}

/* What is left of a server before us; anything but a socket stays, and bind
 * fails. */
static void remove_old_socket(const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
        (void)unlink(path);
}

static int bind_unix(int fd, const struct listen_address *address, unsigned mode, const char *text)
{
    const char *path = address->socket.local.sun_path;
    remove_old_socket(path);
    if (bind(fd, &address->socket.any, address->len) != 0)
        return fail_errno(ERR_IO, "cannot bind %s", text);
    /* Nobody can connect yet: listen() comes after. */
    if (chmod(path, (mode_t)mode) != 0)
        return fail_errno(ERR_IO, "cannot set the mode of %s", text);
    return 0;
}

static int bind_tcp(int fd, const struct listen_address *address, bool shared, const char *text)
{
    int rc = set_tcp_options(fd, address, shared);
    if (rc == 0 && bind(fd, &address->socket.any, address->len) != 0)
        rc = fail_errno(ERR_IO, "cannot bind %s", text);
    return rc;
}

/* A kernel without IPv6 serves "*" by IPv4 alone. */
static int open_socket(struct listen_address *address)
{
    const int type = SOCK_STREAM | SOCK_NONBLOCK;
    int fd = socket(address->socket.any.sa_family, type, 0);
    if (fd >= 0 || errno != EAFNOSUPPORT || !address->dual_stack)
        return fd;
    in_port_t port = address->socket.v6.sin6_port;
    *address = (struct listen_address){.len = sizeof address->socket.v4};
    address->socket.v4.sin_family = AF_INET;
    address->socket.v4.sin_port = port;
    return socket(AF_INET, type, 0);
}

/* Nobody takes a connection on a socket that a dead server left behind. */
static int check_unix_free(int fd, const struct listen_address *address, const char *text)
{
    if (connect(fd, &address->socket.any, address->len) != 0 && errno != EAGAIN)
        return 0;
    return fail(ERR_IO, "a server listens on %s already", text);
}

int listener_check_free(const char *address)
{
    struct listen_address parsed;
    int rc = parse(address, &parsed);
    if (rc < 0)
        return rc;
    int fd = open_socket(&parsed);
    if (fd < 0)
        return fail_errno(ERR_IO, "cannot make a socket for %s", address);
    rc = parsed.socket.any.sa_family == AF_UNIX ? check_unix_free(fd, &parsed, address)
                                                : bind_tcp(fd, &parsed, false, address);
    (void)close(fd);
    return rc;
}

int listener_bind(const char *address, int backlog, unsigned mode, int *fd_out)
{
    struct listen_address parsed;
    int rc = parse(address, &parsed);
    if (rc < 0)
        return rc;
    int fd = open_socket(&parsed);
    if (fd < 0)
        return fail_errno(ERR_IO, "cannot make a socket for %s", address);
    if (parsed.socket.any.sa_family == AF_UNIX)
        rc = bind_unix(fd, &parsed, mode, address);
    else
        rc = bind_tcp(fd, &parsed, true, address);
    if (rc == 0 && listen(fd, backlog) != 0)
        rc = fail_errno(ERR_IO, "cannot listen on %s", address);
    if (rc < 0) {
        (void)close(fd);
        return rc;
    }
    *fd_out = fd;
    return 0;
}
