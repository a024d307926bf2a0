#include "supervisor.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static int read_address(struct supervisor *supervisor, const char *name)
{
    size_t len = strlen(name);
    if ((*name != '/' && *name != '@') || len >= sizeof supervisor->address.sun_path)
        return fail(ERR_INVALID, "NOTIFY_SOCKET is \"%s\", which is no Unix socket", name);
    supervisor->address.sun_family = AF_UNIX;
    memcpy(supervisor->address.sun_path, name, len + 1);
    if (*name == '@') /* in the abstract namespace, where no NUL ends the name */
        supervisor->address.sun_path[0] = '\0';
    supervisor->address_size =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (*name == '/'));
    return 0;
}

/* Twice as often as it has to be (sd_watchdog_enabled(3)). */
static int64_t read_interval(void)
{
    const char *for_whom = getenv("WATCHDOG_PID");
    const char *limit_us = getenv("WATCHDOG_USEC");
    if (!limit_us || (for_whom && strtol(for_whom, NULL, 10) != getpid()))
        return 0;
    int64_t interval_ms = strtoll(limit_us, NULL, 10) / 2000;
    return interval_ms > 0 ? interval_ms : 0;
}

static int open_socket(struct supervisor *supervisor, const char *name)
{
    int err = read_address(supervisor, name);
    if (err)
        return err;
    supervisor->descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return supervisor->descriptor < 0 ? fail_errno(ERR_IO, "a socket for NOTIFY_SOCKET") : 0;
}

int supervisor_open(struct supervisor *supervisor)
{
    const char *name = getenv("NOTIFY_SOCKET");
    *supervisor = (struct supervisor){.descriptor = -1};
    int err = name && *name ? open_socket(supervisor, name) : 0;
    if (supervisor->descriptor >= 0)
        supervisor->interval_ms = read_interval();
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return err;
}

void supervisor_close(struct supervisor *supervisor)
{
    if (supervisor->descriptor >= 0)
        close(supervisor->descriptor);
    supervisor->descriptor = -1;
    supervisor->interval_ms = 0;
}

static void send_text(const struct supervisor *supervisor, const char *text)
{
    if (supervisor->descriptor >= 0)
        (void)sendto(supervisor->descriptor, text, strlen(text), MSG_NOSIGNAL,
                     (const struct sockaddr *)&supervisor->address, supervisor->address_size);
}

void supervisor_tell(const struct supervisor *supervisor, const char *news, const char *status, ...)
{
    char text[ERROR_TEXT_MAX + 256];
    int start = snprintf(text, sizeof text, "%s%sSTATUS=", news ? news : "", news ? "\n" : "");
    va_list args;
    va_start(args, status);
    (void)vsnprintf(text + start, sizeof text - (size_t)start, status, args);
    va_end(args);
    for (char *c = text + start; *c; c++)
        if (*c == '\n') /* what follows would be another assignment */
            *c = ' ';
    send_text(supervisor, text);
}

void supervisor_tell_reloading(const struct supervisor *supervisor)
{
    char news[80];
    snprintf(news, sizeof news, "RELOADING=1\nMONOTONIC_USEC=%lld",
             (long long)clock_monotonic_us());
    supervisor_tell(supervisor, news, "Reading the configuration again");
}

int64_t supervisor_tell_alive(struct supervisor *supervisor, int64_t now_ms)
{
    if (!supervisor->interval_ms)
        return INT64_MAX;
    if (now_ms >= supervisor->due_at) {
        send_text(supervisor, "WATCHDOG=1");
        supervisor->due_at = now_ms + supervisor->interval_ms;
    }
    return supervisor->due_at;
}
