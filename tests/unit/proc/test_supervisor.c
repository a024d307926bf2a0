#include "supervisor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/check.h"

/* A supervisor's socket, in the abstract namespace. */
static int listen_as_supervisor(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int len = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "postroom-unit-%d",
                       (int)getpid());
    int listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    CHECK_INT(bind(listener, (struct sockaddr *)&address,
                   (socklen_t)(sizeof address.sun_family + 1 + (size_t)len)),
              0);
    address.sun_path[0] = '@';
    CHECK_INT(setenv("NOTIFY_SOCKET", address.sun_path, 1), 0);
    return listener;
}

static const char *hear(int listener)
{
    static char text[2048];
    ssize_t len = recv(listener, text, sizeof text - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    return text;
}

void test_supervisor_is_told(void)
{
    struct supervisor supervisor;
    int listener = listen_as_supervisor();
    CHECK_OK(supervisor_open(&supervisor));
    CHECK(getenv("NOTIFY_SOCKET") == NULL);
    supervisor_tell(&supervisor, "READY=1", "%d workers", 4);
    CHECK_STR(hear(listener), "READY=1\nSTATUS=4 workers");
    supervisor_tell(&supervisor, NULL, "a file says\nSTOPPING=1");
    CHECK_STR(hear(listener), "STATUS=a file says STOPPING=1");
    supervisor_tell_reloading(&supervisor);
    CHECK(strncmp(hear(listener), "RELOADING=1\nMONOTONIC_USEC=", 27) == 0);
    CHECK(supervisor_tell_alive(&supervisor, 1) == INT64_MAX);
    CHECK_STR(hear(listener), "");
    close(listener);
    supervisor_tell(&supervisor, "READY=1", "nobody listens");
    supervisor_close(&supervisor);
    supervisor_tell(&supervisor, "READY=1", "there is none");
}

void test_supervisor_hears_a_sign_of_life_in_time(void)
{
    struct supervisor supervisor;
    int listener = listen_as_supervisor();
    CHECK_INT(setenv("WATCHDOG_USEC", "3000000", 1), 0);
    CHECK_OK(supervisor_open(&supervisor));
    CHECK(getenv("WATCHDOG_USEC") == NULL);
    CHECK_INT(supervisor_tell_alive(&supervisor, 1000), 2500);
    CHECK_STR(hear(listener), "WATCHDOG=1");
    CHECK_INT(supervisor_tell_alive(&supervisor, 2499), 2500);
    CHECK_STR(hear(listener), "");
    CHECK_INT(supervisor_tell_alive(&supervisor, 2600), 4100);
    CHECK_STR(hear(listener), "WATCHDOG=1");
    supervisor_close(&supervisor);
    close(listener);
}

/* Those variables were for who has started us through a shell. */
void test_supervisor_of_another_process_waits_for_nothing(void)
{
    struct supervisor supervisor;
    int listener = listen_as_supervisor();
    CHECK_INT(setenv("WATCHDOG_USEC", "3000000", 1), 0);
    CHECK_INT(setenv("WATCHDOG_PID", "1", 1), 0);
    CHECK_OK(supervisor_open(&supervisor));
    CHECK(supervisor_tell_alive(&supervisor, 1) == INT64_MAX);
    supervisor_close(&supervisor);
    close(listener);
}

void test_supervisor_may_be_none(void)
{
    char longest[200] = "/";
    memset(longest + 1, 'x', sizeof longest - 2);
    const char *const others[] = {"vsock:2:1234", "relative/path", longest};
    struct supervisor supervisor;
    unsetenv("NOTIFY_SOCKET");
    CHECK_INT(setenv("WATCHDOG_USEC", "3000000", 1), 0);
    CHECK_OK(supervisor_open(&supervisor));
    CHECK(supervisor_tell_alive(&supervisor, 1) == INT64_MAX);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        CHECK_INT(setenv("NOTIFY_SOCKET", others[i], 1), 0);
        CHECK_ERR(supervisor_open(&supervisor), ERR_INVALID);
        supervisor_tell(&supervisor, "READY=1", "nobody");
        CHECK_INT(supervisor.descriptor, -1);
    }
}
