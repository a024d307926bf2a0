#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fiber/fiber.h"
#include "fiber/loop.h"
#include "net/stream.h"
#include "support/check.h"

static const struct stream_limits limits = {.output_timeout_ms = 1000, .input_max = 4096};

/* The stream, the socket at its other end, and what became of the fiber that
 * waits for input meanwhile. */
static struct stream *stream;
static int peer;
static int fill_result;
static bool fill_ended;

static void wait_for_input(void *arg)
{
    (void)arg;
    fill_result = stream_fill(stream, 2000);
    fill_ended = true;
}

static void open_waiting(void)
{
    int ends[2];
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    peer = ends[1];
    CHECK_OK(stream_new(ends[0], &limits, &stream));
    CHECK(!stream_is_quiet(stream)); /* nobody waits in it */
    fill_ended = false;
    CHECK_OK(fiber_spawn("owner", wait_for_input, NULL, NULL));
    fiber_yield();
    CHECK(stream_is_quiet(stream));
}

static int end_of_fill(void)
{
    while (!fill_ended)
        fiber_sleep(1);
    return fill_result;
}

static void close_waiting(void)
{
    stream_free(&stream);
    if (peer >= 0)
        close(peer);
}

static void send_to_a_reader(void *arg)
{
    (void)arg;
    char got[40];
    open_waiting();
    stream_send_now(stream, SLICE("* 1 EXISTS\r\n"));
    stream_send_now(stream, SLICE("* 1 RECENT\r\n"));
    CHECK_INT(read(peer, got, sizeof got), 24);
    CHECK_SLICE(slice_of(got, 24), "* 1 EXISTS\r\n* 1 RECENT\r\n");
    fiber_yield();
    CHECK(!fill_ended);
    CHECK(stream_is_quiet(stream));
    CHECK_INT(write(peer, "DONE\r\n", 6), 6);
    CHECK_OK(end_of_fill());
    CHECK_SLICE(stream_input(stream), "DONE\r\n");
    CHECK(!stream_is_quiet(stream));
    close_waiting();
}

void test_stream_send_now_leaves_its_fiber_alone(void)
{
    CHECK_OK(loop_run_main(send_to_a_reader, NULL));
}

enum { LINE = 1000, LINES_MOST = 10000 };

/* Lines that tell where they stand, until the socket is full. */
static unsigned send_until_full(char *line)
{
    unsigned sent = 0;
    while (stream_is_quiet(stream) && sent < LINES_MOST) {
        memset(line, 'a' + (int)(sent % 26), LINE);
        stream_send_now(stream, slice_of(line, LINE));
        sent++;
    }
    return sent;
}

static void check_lines(unsigned count)
{
    char got[LINE];
    for (unsigned i = 0; i < count; i++) {
        for (size_t len = 0; len < LINE;) {
            ssize_t more = read(peer, got + len, LINE - len);
            len += more > 0 ? (size_t)more : 0;
            if (more <= 0)
                fiber_sleep(1);
        }
        CHECK(got[0] == 'a' + (int)(i % 26) && got[LINE - 1] == got[0]);
    }
}

static void flush_rest(void *arg)
{
    int *result = arg;
    *result = stream_flush(stream);
}

static void send_to_a_slow_reader(void *arg)
{
    (void)arg;
    char line[LINE];
    open_waiting();
    unsigned sent = send_until_full(line);
    CHECK(sent > 1 && sent < LINES_MOST);
    CHECK_ERR(end_of_fill(), ERR_INTERRUPTED);
    CHECK(stream_pending(stream) > 0);
    /* Behind what waits already, in order. */
    memset(line, 'a' + (int)(sent % 26), LINE);
    stream_send_now(stream, slice_of(line, LINE));
    int result = 1;
    CHECK_OK(fiber_spawn("owner", flush_rest, &result, NULL));
    fiber_yield();
    CHECK_INT(result, 1); /* it waits for the peer */
    CHECK(!stream_is_quiet(stream));
    check_lines(sent + 1);
    while (result == 1)
        fiber_sleep(1);
    CHECK_OK(result);
    CHECK_INT(stream_pending(stream), 0);
    close_waiting();
}

void test_stream_send_now_leaves_what_is_not_taken_to_its_fiber(void)
{
    CHECK_OK(loop_run_main(send_to_a_slow_reader, NULL));
}

static void send_to_nobody(void *arg)
{
    (void)arg;
    open_waiting();
    close(peer);
    peer = -1;
    stream_send_now(stream, SLICE("* 1 EXISTS\r\n"));
    CHECK(!stream_is_quiet(stream));
    stream_send_now(stream, SLICE("* 2 EXISTS\r\n"));
    CHECK(end_of_fill() < 0);
    CHECK_ERR(stream_flush(stream), ERR_CLOSED);
    close_waiting();
}

void test_stream_send_now_leaves_failures_to_its_fiber(void)
{
    CHECK_OK(loop_run_main(send_to_nobody, NULL));
}

static void be_interrupted(void *arg)
{
    (void)arg;
    open_waiting();
    stream_interrupt(stream);
    CHECK(!stream_is_quiet(stream)); /* it is going to look for itself */
    CHECK_ERR(end_of_fill(), ERR_INTERRUPTED);
    close_waiting();
    open_waiting();
    stream_cancel(stream);
    CHECK(!stream_is_quiet(stream));
    CHECK_ERR(end_of_fill(), ERR_CANCELLED);
    close_waiting();
}

void test_stream_is_quiet_only_while_there_is_nothing_to_report(void)
{
    CHECK_OK(loop_run_main(be_interrupted, NULL));
}

/* Between two things that its own fiber writes, while that waits for something else. */
static void send_between(void *arg)
{
    (void)arg;
    char got[80];
    open_waiting();
    stream_interrupt(stream);
    CHECK_ERR(end_of_fill(), ERR_INTERRUPTED);
    CHECK_OK(stream_write(stream, SLICE("* 1 EXISTS\r\n")));
    stream_send_between(stream, SLICE("* OK working\r\n"));
    CHECK_INT(stream_pending(stream), 0);
    CHECK_INT(read(peer, got, sizeof got), 26);
    CHECK_SLICE(slice_of(got, 26), "* 1 EXISTS\r\n* OK working\r\n");
    CHECK_OK(stream_write(stream, SLICE("a1 OK\r\n")));
    CHECK_OK(stream_flush(stream));
    CHECK_INT(read(peer, got, sizeof got), 7);
    close_waiting();
}

void test_stream_send_between_sends_what_was_gathered_first(void)
{
    CHECK_OK(loop_run_main(send_between, NULL));
}

static void send_between_to_a_slow_reader(void *arg)
{
    (void)arg;
    char line[LINE];
    unsigned sent = 0;
    open_waiting();
    stream_interrupt(stream);
    CHECK_ERR(end_of_fill(), ERR_INTERRUPTED);
    for (; stream_pending(stream) < 2 * LINE && sent < LINES_MOST; sent++) {
        memset(line, 'a' + (int)(sent % 26), LINE);
        stream_send_between(stream, slice_of(line, LINE));
    }
    CHECK(sent < LINES_MOST);
    int result = 1;
    CHECK_OK(fiber_spawn("owner", flush_rest, &result, NULL));
    check_lines(sent);
    while (result == 1)
        fiber_sleep(1);
    CHECK_OK(result);
    CHECK_INT(stream_pending(stream), 0);
    close_waiting();
}

void test_stream_send_between_leaves_what_is_not_taken_in_order(void)
{
    CHECK_OK(loop_run_main(send_between_to_a_slow_reader, NULL));
}

static void send_between_to_nobody(void *arg)
{
    (void)arg;
    open_waiting();
    stream_interrupt(stream);
    CHECK_ERR(end_of_fill(), ERR_INTERRUPTED);
    close(peer);
    peer = -1;
    stream_send_between(stream, SLICE("* OK working\r\n"));
    CHECK_ERR(stream_write(stream, SLICE("a1 OK\r\n")), ERR_CLOSED);
    close_waiting();
}

void test_stream_send_between_leaves_failures_to_its_fiber(void)
{
    CHECK_OK(loop_run_main(send_between_to_nobody, NULL));
}
