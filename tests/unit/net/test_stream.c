#include "net/stream.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "fiber/fiber.h"
#include "fiber/loop.h"
#include "support/check.h"

static const struct stream_limits limits = {.output_timeout_ms = 200, .input_max = 1 << 20};

/* The stream under test and the bare socket at its other end. */
static struct stream *stream;
static int peer;

static void open_limited_pair(int type, const struct stream_limits *with)
{
    int ends[2];
    CHECK_INT(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, ends), 0);
    peer = ends[1];
    CHECK_OK(stream_new(ends[0], with, &stream));
}

static void open_pair(int type)
{
    open_limited_pair(type, &limits);
}

static void close_pair(void)
{
    stream_free(&stream);
    CHECK(stream == NULL);
    if (peer >= 0)
        close(peer);
}

static void run_with_pair(void (*main)(void *))
{
    CHECK_OK(loop_run_main(main, NULL));
}

static void peer_says(const char *text)
{
    CHECK_INT(write(peer, text, strlen(text)), (ssize_t)strlen(text));
}

static void say_octet_by_octet(void *arg)
{
    for (const char *c = arg; *c; c++) {
        CHECK_INT(write(peer, c, 1), 1);
        fiber_yield();
    }
}

static void read_octet_by_octet(void *arg)
{
    (void)arg;
    static char text[] = "a1 NOOP\r\n";
    open_pair(SOCK_STREAM);
    CHECK_OK(fiber_spawn("peer", say_octet_by_octet, text, NULL));
    for (size_t len = 0; len < sizeof text - 1; len = stream_input(stream).len) {
        CHECK_INT(stream_input(stream).len, len);
        CHECK_OK(stream_fill(stream, 1000));
        CHECK(stream_input(stream).len > len);
    }
    CHECK_SLICE(stream_input(stream), "a1 NOOP\r\n");
    stream_consume(stream, 3);
    CHECK_SLICE(stream_input(stream), "NOOP\r\n");
    peer_says("a2");
    CHECK_OK(stream_fill(stream, 1000));
    CHECK_SLICE(stream_input(stream), "NOOP\r\na2");
    stream_consume(stream, 6);
    stream_trim(stream);
    CHECK_SLICE(stream_input(stream), "a2");
    stream_consume(stream, 2);
    CHECK_SLICE(stream_input(stream), "");
    close_pair();
}

void test_stream_fill_adds_to_what_was_not_consumed(void)
{
    run_with_pair(read_octet_by_octet);
}

static void read_to_the_end(void *arg)
{
    (void)arg;
    open_pair(SOCK_STREAM);
    peer_says("last words");
    close(peer);
    peer = -1;
    CHECK_OK(stream_fill(stream, 1000));
    CHECK_SLICE(stream_input(stream), "last words");
    CHECK_ERR(stream_fill(stream, 1000), ERR_CLOSED);
    CHECK_ERR(stream_fill(stream, -1), ERR_CLOSED);
    CHECK_SLICE(stream_input(stream), "last words");
    close_pair();
}

void test_stream_fill_reports_the_end_after_the_last_octets(void)
{
    run_with_pair(read_to_the_end);
}

static void close_the_peer_soon(void *arg)
{
    (void)arg;
    fiber_sleep(5);
    close(peer);
    peer = -1;
}

static void wait_for_the_end(void *arg)
{
    (void)arg;
    open_pair(SOCK_STREAM);
    CHECK_OK(fiber_spawn("peer", close_the_peer_soon, NULL, NULL));
    CHECK_ERR(stream_fill(stream, -1), ERR_CLOSED);
    close_pair();
}

void test_stream_fill_notices_a_peer_that_closes(void)
{
    run_with_pair(wait_for_the_end);
}

static void read_with_timeout(void *arg)
{
    (void)arg;
    open_pair(SOCK_STREAM);
    int64_t before = clock_monotonic_ms();
    CHECK_ERR(stream_fill(stream, 20), ERR_TIMEOUT);
    CHECK(clock_monotonic_ms() - before >= 20);
    CHECK_ERR(stream_fill(stream, 0), ERR_TIMEOUT);
    peer_says("x");
    CHECK_OK(stream_fill(stream, 0));
    CHECK_ERR(stream_fill(stream, 0), ERR_TIMEOUT);
    peer_says("y");
    CHECK_OK(stream_fill(stream, 20));
    CHECK_SLICE(stream_input(stream), "xy");
    close_pair();
}

void test_stream_fill_times_out_and_goes_on(void)
{
    run_with_pair(read_with_timeout);
}

static void interrupt_soon(void *arg)
{
    (void)arg;
    fiber_sleep(5);
    stream_interrupt(stream);
    stream_interrupt(stream);
}

static void read_interrupted(void *arg)
{
    (void)arg;
    open_pair(SOCK_STREAM);
    CHECK_OK(fiber_spawn("news", interrupt_soon, NULL, NULL));
    CHECK_ERR(stream_fill(stream, -1), ERR_INTERRUPTED);
    CHECK_ERR(stream_fill(stream, 10), ERR_TIMEOUT); /* once */
    stream_interrupt(stream);                        /* nobody waits: the next one knows */
    peer_says("x");
    CHECK_ERR(stream_fill(stream, -1), ERR_INTERRUPTED);
    CHECK_OK(stream_fill(stream, -1));
    CHECK_SLICE(stream_input(stream), "x");
    close_pair();
}

void test_stream_interrupt_ends_one_fill(void)
{
    run_with_pair(read_interrupted);
}

static void cancel_soon(void *arg)
{
    (void)arg;
    fiber_sleep(5);
    stream_cancel(stream);
}

static void read_cancelled(void *arg)
{
    (void)arg;
    char got[40];
    open_pair(SOCK_STREAM);
    CHECK_OK(fiber_spawn("stop", cancel_soon, NULL, NULL));
    CHECK_ERR(stream_fill(stream, -1), ERR_CANCELLED);
    peer_says("x");
    CHECK_ERR(stream_fill(stream, -1), ERR_CANCELLED);
    CHECK_OK(stream_write(stream, SLICE("* BYE\r\n")));
    CHECK_OK(stream_flush(stream));
    CHECK_INT(read(peer, got, sizeof got), 7);
    CHECK_SLICE(slice_of(got, 7), "* BYE\r\n");
    close_pair();
}

void test_stream_cancel_leaves_one_last_write(void)
{
    run_with_pair(read_cancelled);
}

/* A peer that reads fast does not get all the rest of a long reply. */
static void write_cancelled(void *arg)
{
    (void)arg;
    static char filler[STREAM_OUTPUT_HIGH - 1];
    open_pair(SOCK_STREAM);
    stream_cancel(stream);
    CHECK_OK(stream_write(stream, slice_of(filler, sizeof filler)));
    CHECK_ERR(stream_write(stream, SLICE("xx")), ERR_CANCELLED);
    CHECK_ERR(stream_write(stream, SLICE("* BYE\r\n")), ERR_CANCELLED);
    close_pair();
}

void test_stream_cancel_ends_a_long_reply(void)
{
    run_with_pair(write_cancelled);
}

static void fill_up(void *arg)
{
    (void)arg;
    static const struct stream_limits small = {1000, 10};
    open_limited_pair(SOCK_STREAM, &small);
    peer_says("twelve octet");
    while (stream_input(stream).len < 10)
        CHECK_OK(stream_fill(stream, 1000));
    CHECK_SLICE(stream_input(stream), "twelve oct");
    CHECK_ERR(stream_fill(stream, 1000), ERR_LIMIT);
    stream_consume(stream, 7);
    CHECK_OK(stream_fill(stream, 1000));
    CHECK_SLICE(stream_input(stream), "octet");
    close_pair();
}

void test_stream_fill_holds_no_more_than_the_limit(void)
{
    run_with_pair(fill_up);
}

/* SOCK_SEQPACKET keeps writes apart, so they can be counted. */
static void write_in_pieces(void *arg)
{
    (void)arg;
    static char big[20000];
    static char got[100000];
    memset(big, 'b', sizeof big);
    open_pair(SOCK_SEQPACKET);
    for (int i = 0; i < 100; i++)
        CHECK_OK(stream_write(stream, SLICE("* 1 FETCH ()\r\n")));
    CHECK_OK(stream_write(stream, slice_of(big, sizeof big)));
    CHECK_INT(stream_pending(stream), 1400 + sizeof big);
    CHECK_INT(recv(peer, got, sizeof got, 0), -1); /* nothing yet */
    CHECK_OK(stream_flush(stream));
    CHECK_INT(stream_pending(stream), 0);
    CHECK_INT(recv(peer, got, sizeof got, 0), 1400 + (ssize_t)sizeof big);
    CHECK_OK(stream_flush(stream)); /* nothing to send, no write */
    CHECK_INT(recv(peer, got, sizeof got, 0), -1);
    close_pair();
}

void test_stream_flush_sends_all_in_one_write(void)
{
    run_with_pair(write_in_pieces);
}

static void write_over_the_mark(void *arg)
{
    (void)arg;
    static char big[STREAM_OUTPUT_HIGH];
    static char got[2 * STREAM_OUTPUT_HIGH];
    open_pair(SOCK_SEQPACKET);
    CHECK_OK(stream_write(stream, SLICE("before")));
    CHECK_OK(stream_write(stream, slice_of(big, sizeof big)));
    CHECK_INT(stream_pending(stream), 0);
    CHECK_INT(recv(peer, got, sizeof got, 0), 6 + STREAM_OUTPUT_HIGH); /* both, at once */
    CHECK_OK(stream_write(stream, slice_of(big, sizeof big - 2)));
    CHECK_INT(recv(peer, got, sizeof got, 0), -1);
    CHECK_OK(stream_write(stream, SLICE("after")));
    CHECK_INT(recv(peer, got, sizeof got, 0), STREAM_OUTPUT_HIGH - 2);
    CHECK_INT(stream_pending(stream), 5);
    close_pair();
}

void test_stream_write_sends_by_itself_above_the_mark(void)
{
    run_with_pair(write_over_the_mark);
}

enum { LONG_OUTPUT = 3 * 1024 * 1024 };

static char octet_at(size_t position)
{
    return (char)(position * 2654435761U >> 13);
}

static size_t received;
static bool received_right;

static void read_slowly(void *arg)
{
    (void)arg;
    static char got[50000];
    received = 0;
    received_right = true;
    while (received < LONG_OUTPUT) {
        ssize_t len = read(peer, got, sizeof got);
        if (len <= 0)
            fiber_sleep(1);
        for (ssize_t i = 0; i < len; i++)
            received_right &= got[i] == octet_at(received++);
        fiber_yield();
    }
}

/* Pieces of many sizes, so that gathered and direct output alternate. */
static void write_much(void *arg)
{
    (void)arg;
    static char piece[100000];
    static const size_t sizes[] = {1, 7, 1000, 5000, 17000, 40000, 70000, 100000};
    open_pair(SOCK_STREAM);
    CHECK_OK(fiber_spawn("reader", read_slowly, NULL, NULL));
    size_t written = 0;
    for (size_t i = 0; written < LONG_OUTPUT; i++) {
        size_t len = sizes[i * 5 % 8];
        if (len > LONG_OUTPUT - written)
            len = LONG_OUTPUT - written;
        for (size_t k = 0; k < len; k++)
            piece[k] = octet_at(written + k);
        CHECK_OK(stream_write(stream, slice_of(piece, len)));
        written += len;
        CHECK(stream_pending(stream) <= STREAM_OUTPUT_HIGH);
    }
    CHECK_OK(stream_flush(stream));
    while (received < LONG_OUTPUT)
        fiber_yield();
    CHECK(received_right);
    close_pair();
}

void test_stream_write_survives_a_slow_reader(void)
{
    run_with_pair(write_much);
}

static char filler[2 << 20];

static void read_a_little_now_and_then(void *arg)
{
    (void)arg;
    /* A Unix socket is writable again only when most of it was read. */
    static char got[50000];
    for (int i = 0; i < 5; i++) {
        fiber_sleep(40);
        CHECK(read(peer, got, sizeof got) > 0);
        while (read(peer, got, sizeof got) > 0)
            ;
    }
}

static void write_to_a_sleeper(void *arg)
{
    (void)arg;
    open_pair(SOCK_STREAM);
    CHECK_OK(fiber_spawn("reader", read_a_little_now_and_then, NULL, NULL));
    int64_t before = clock_monotonic_ms();
    CHECK_ERR(stream_write(stream, slice_of(filler, sizeof filler)), ERR_TIMEOUT);
    /* Five times 40 ms with progress, then 200 ms without. */
    CHECK(clock_monotonic_ms() - before >= 350);
    CHECK_ERR(stream_write(stream, SLICE("more")), ERR_TIMEOUT);
    CHECK_ERR(stream_flush(stream), ERR_TIMEOUT);
    while (fiber_count() > 1)
        fiber_sleep(1);
    close_pair();
}

void test_stream_output_times_out_without_progress(void)
{
    run_with_pair(write_to_a_sleeper);
}

static int write_result;

static void write_filler(void *arg)
{
    (void)arg;
    write_result = stream_write(stream, slice_of(filler, sizeof filler));
}

static void interrupt_a_writer(void *arg)
{
    (void)arg;
    open_pair(SOCK_STREAM);
    write_result = 1;
    CHECK_OK(fiber_spawn("writer", write_filler, NULL, NULL));
    fiber_sleep(5);
    stream_interrupt(stream);
    fiber_sleep(5);
    CHECK_INT(write_result, 1);
    static char got[sizeof filler];
    for (size_t len = 0; len < sizeof filler;) {
        ssize_t more = read(peer, got, sizeof got);
        len += more > 0 ? (size_t)more : 0;
        fiber_yield();
    }
    fiber_yield();
    CHECK_INT(write_result, 0);
    CHECK_ERR(stream_fill(stream, 10), ERR_INTERRUPTED);
    close_pair();
}

void test_stream_interrupt_leaves_output_alone(void)
{
    run_with_pair(interrupt_a_writer);
}

static void cancel_a_writer(void *arg)
{
    (void)arg;
    open_pair(SOCK_STREAM);
    write_result = 1;
    CHECK_OK(fiber_spawn("writer", write_filler, NULL, NULL));
    fiber_sleep(5);
    stream_cancel(stream);
    fiber_yield();
    CHECK_INT(write_result, -ERR_CANCELLED);
    /* Cut off in the midst of something: no BYE may follow in there. */
    CHECK_ERR(stream_write(stream, SLICE("* BYE\r\n")), ERR_CANCELLED);
    close_pair();
}

void test_stream_cancel_ends_a_waiting_write(void)
{
    run_with_pair(cancel_a_writer);
}

static void write_to_nobody(void *arg)
{
    (void)arg;
    open_pair(SOCK_STREAM);
    close(peer);
    peer = -1;
    CHECK_OK(stream_write(stream, SLICE("x")));
    CHECK_ERR(stream_flush(stream), ERR_CLOSED); /* and no SIGPIPE */
    CHECK_ERR(stream_write(stream, SLICE("x")), ERR_CLOSED);
    close_pair();
}

void test_stream_flush_to_a_closed_peer_fails(void)
{
    run_with_pair(write_to_nobody);
}

static void close_on_a_writer(void *arg)
{
    (void)arg;
    open_pair(SOCK_STREAM);
    write_result = 1;
    CHECK_OK(fiber_spawn("writer", write_filler, NULL, NULL));
    fiber_sleep(5);
    CHECK_INT(write_result, 1);
    close(peer);
    peer = -1;
    fiber_sleep(5);
    CHECK_INT(write_result, -ERR_CLOSED);
    close_pair();
}

void test_stream_flush_notices_a_peer_that_closes(void)
{
    run_with_pair(close_on_a_writer);
}

static int64_t cpu_us(void)
{
    struct rusage usage;
    CHECK_INT(getrusage(RUSAGE_SELF, &usage), 0);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

static void leave_input_unread(void *arg)
{
    (void)arg;
    open_pair(SOCK_STREAM);
    CHECK_ERR(stream_fill(stream, 1), ERR_TIMEOUT); /* polls for input from now on */
    peer_says("x");
    int64_t before = cpu_us();
    fiber_sleep(60);
    CHECK(cpu_us() - before < 30000);
    CHECK_OK(stream_fill(stream, 1000));
    CHECK_SLICE(stream_input(stream), "x");
    close_pair();
}

void test_stream_unread_input_does_not_spin(void)
{
    run_with_pair(leave_input_unread);
}

static void look_at_a_plain_one(void *arg)
{
    (void)arg;
    uint8_t octets[64];
    size_t len = 0;
    open_pair(SOCK_STREAM);
    CHECK_STR(stream_remote(stream), "unix");
    CHECK(!stream_is_tls(stream));
    CHECK_STR(stream_tls_description(stream), "");
    CHECK(!stream_tls_exporter(stream, octets));
    CHECK(!stream_tls_unique(stream, octets, &len));
    close_pair();
}

void test_stream_plain_has_no_tls_properties(void)
{
    run_with_pair(look_at_a_plain_one);
}

static void look_for_the_peer(void *arg)
{
    (void)arg;
    open_pair(SOCK_STREAM);
    CHECK(!stream_is_abandoned(stream));
    CHECK_INT(shutdown(peer, SHUT_WR), 0);
    CHECK(!stream_is_abandoned(stream)); /* it still reads */
    close(peer);
    peer = -1;
    CHECK(stream_is_abandoned(stream));
    CHECK(!stream_is_cancelled(stream));
    close_pair();
    open_pair(SOCK_STREAM);
    stream_cancel(stream);
    CHECK(stream_is_cancelled(stream));
    CHECK(stream_is_abandoned(stream));
    close_pair();
}

void test_stream_knows_when_nobody_reads_any_more(void)
{
    run_with_pair(look_for_the_peer);
}
