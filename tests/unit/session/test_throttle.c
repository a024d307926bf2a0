#include "session/throttle.h"

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
