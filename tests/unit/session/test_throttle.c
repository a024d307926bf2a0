#include "session/throttle.h"

#include <sys/wait.h>
#include <unistd.h>

#include "support/check.h"

void test_throttle_doubles_the_delay(void)
{
    struct throttle *throttle;
    CHECK_OK(throttle_new(&throttle));
    CHECK_INT(throttle_failed(throttle, "192.0.2.1", 100, 1000), 100);
    CHECK_INT(throttle_failed(throttle, "192.0.2.1", 100, 1000), 200);
    CHECK_INT(throttle_failed(throttle, "192.0.2.1", 100, 1000), 400);
    CHECK_INT(throttle_failed(throttle, "192.0.2.2", 100, 1000), 100);
    throttle_free(&throttle);
    CHECK(throttle == NULL);
}

void test_throttle_has_a_longest_delay(void)
{
    struct throttle *throttle;
    CHECK_OK(throttle_new(&throttle));
    uint32_t delay = 0;
    for (int i = 0; i < 100; i++)
        delay = throttle_failed(throttle, "192.0.2.1", 100, 1000);
    CHECK_INT(delay, 1000);
    throttle_free(&throttle);
}

void test_throttle_forgives_after_a_success(void)
{
    struct throttle *throttle;
    CHECK_OK(throttle_new(&throttle));
    CHECK_INT(throttle_failed(throttle, "192.0.2.1", 100, 1000), 100);
    CHECK_INT(throttle_failed(throttle, "192.0.2.1", 100, 1000), 200);
    throttle_succeeded(throttle, "192.0.2.1");
    CHECK_INT(throttle_failed(throttle, "192.0.2.1", 100, 1000), 100);
    throttle_free(&throttle);
}

/* As workers do: what one counts all others see. */
void test_throttle_is_shared_by_processes(void)
{
    struct throttle *throttle;
    CHECK_OK(throttle_new(&throttle));
    for (uint32_t expected = 100; expected <= 400; expected *= 2) {
        int status = -1;
        pid_t child = fork();
        if (child == 0)
            _exit(throttle_failed(throttle, "192.0.2.1", 100, 1000) == expected ? 0 : 1);
        CHECK_INT(waitpid(child, &status, 0), child);
        CHECK_INT(status, 0);
    }
    CHECK_INT(throttle_failed(throttle, "192.0.2.1", 100, 1000), 800);
    throttle_free(&throttle);
}

/* Who has one address of IPv6 has all of its network. */
void test_throttle_counts_networks_of_ipv6(void)
{
    struct throttle *throttle;
    CHECK_OK(throttle_new(&throttle));
    CHECK_INT(throttle_failed(throttle, "2001:db8:1:2::1", 100, 1000), 100);
    CHECK_INT(throttle_failed(throttle, "2001:db8:1:2:ffff::5", 100, 1000), 200);
    CHECK_INT(throttle_failed(throttle, "2001:db8:1:3::1", 100, 1000), 100);
    throttle_succeeded(throttle, "2001:db8:1:2:3:4:5:6");
    CHECK_INT(throttle_failed(throttle, "2001:db8:1:2::1", 100, 1000), 100);
    throttle_free(&throttle);
}
