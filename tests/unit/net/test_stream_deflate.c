#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "fiber/fiber.h"
#include "fiber/loop.h"
#include "net/stream.h"
#include "support/check.h"

enum { INPUT_MAX = 64 * 1024, LONG_LEN = 3000000, RAW = -15 };
static const struct stream_limits limits = {.output_timeout_ms = 3000, .input_max = INPUT_MAX};
static const char last_clear[] = "a1 OK\r\n";
#define COMMANDS "a2 NOOP\r\na3 SELECT INBOX\r\na4 NOOP\r\na5 NOOP\r\n"
static const char commands[] = COMMANDS;

/* The stream under test and the bare socket at its other end. */
static struct stream *stream;
static int peer;
static char original[LONG_LEN];
static char packed[LONG_LEN + LONG_LEN / 100];
static char unpacked[LONG_LEN];
static size_t packed_len, unpacked_len;
static bool peer_is_done;

static void open_pair(void)
{
    int ends[2];
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    CHECK_INT(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    CHECK_INT(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    peer = ends[1];
    CHECK_OK(stream_new(ends[0], &limits, &stream));
}

static void close_pair(void)
{
    stream_free(&stream);
    close(peer);
}

static void start(void)
{
    char got[sizeof last_clear] = "";
    CHECK(!stream_is_deflated(stream));
    CHECK_OK(stream_start_deflate(stream, SLICE("a1 OK\r\n")));
    CHECK(stream_is_deflated(stream));
    CHECK_INT(read(peer, got, sizeof got), (ssize_t)sizeof last_clear - 1);
    CHECK_STR(got, last_clear);
}

static void pack(const char *octets, size_t len, int flush)
{
    z_stream z = {0};
    CHECK_INT(deflateInit2(&z, 9, Z_DEFLATED, RAW, 9, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)octets;
    z.avail_in = (uInt)len;
    z.next_out = (Bytef *)packed;
    z.avail_out = sizeof packed;
    CHECK(deflate(&z, flush) >= 0);
    CHECK_INT(z.avail_in, 0);
    packed_len = sizeof packed - z.avail_out;
    CHECK(deflateEnd(&z) != Z_STREAM_ERROR);
}

static void peer_says(size_t from, size_t to)
{
    CHECK_INT(write(peer, packed + from, to - from), (ssize_t)(to - from));
}

static void fill_until(size_t len)
{
    while (stream_input(stream).len < len) {
        int rc = stream_fill(stream, 3000);
        CHECK_OK(rc);
        if (rc < 0)
            return;
    }
}

/* Octets that were received before, not consumed, and others that come after. */
static void begin_at(size_t split)
{
    open_pair();
    if (split > 0) {
        peer_says(0, split);
        CHECK_OK(stream_fill(stream, 1000));
        CHECK_INT(stream_input(stream).len, split);
    }
    start();
    CHECK_SLICE(stream_input(stream), "");
    peer_says(split, packed_len);
    fill_until(sizeof commands - 1);
    CHECK_SLICE(stream_input(stream), COMMANDS);
    CHECK_ERR(stream_fill(stream, 0), ERR_TIMEOUT);
    close_pair();
}

static void begin_at_every_octet(void *arg)
{
    (void)arg;
    pack(commands, sizeof commands - 1, Z_SYNC_FLUSH);
    for (size_t split = 0; split < packed_len; split++)
        begin_at(split);
}

void test_stream_deflate_begins_with_what_was_not_consumed(void)
{
    CHECK_OK(loop_run_main(begin_at_every_octet, NULL));
}

static void say_in_two(size_t split)
{
    open_pair();
    start();
    peer_says(0, split);
    int rc = stream_fill(stream, 0);
    CHECK(rc == 0 || rc == -ERR_TIMEOUT);
    peer_says(split, packed_len);
    fill_until(sizeof commands - 1);
    CHECK_SLICE(stream_input(stream), COMMANDS);
    close_pair();
}

static void split_everywhere(void *arg)
{
    (void)arg;
    pack(commands, sizeof commands - 1, Z_SYNC_FLUSH);
    for (size_t split = 1; split < packed_len; split++)
        say_in_two(split);
    open_pair();
    start();
    for (size_t at = 0; at < packed_len; at++) {
        peer_says(at, at + 1);
        int rc = stream_fill(stream, 0);
        CHECK(rc == 0 || rc == -ERR_TIMEOUT);
    }
    CHECK_SLICE(stream_input(stream), COMMANDS);
    close_pair();
}

void test_stream_deflate_inflates_whatever_the_split(void)
{
    CHECK_OK(loop_run_main(split_everywhere, NULL));
}

static void inflate_too_much(void *arg)
{
    (void)arg;
    memset(original, 'x', sizeof original);
    pack(original, sizeof original, Z_SYNC_FLUSH);
    CHECK(packed_len < sizeof original / 500);
    open_pair();
    start();
    peer_says(0, packed_len);
    int rc = 0;
    while (rc == 0) {
        CHECK(stream_input(stream).len <= INPUT_MAX);
        rc = stream_fill(stream, 1000);
    }
    CHECK_ERR(rc, ERR_LIMIT);
    CHECK_INT(stream_input(stream).len, INPUT_MAX);
    size_t len = 0;
    do {
        CHECK(stream_input(stream).len <= INPUT_MAX);
        len += stream_input(stream).len;
        stream_consume(stream, stream_input(stream).len);
    } while (len < sizeof original && stream_fill(stream, 1000) == 0);
    CHECK_INT(len, sizeof original);
    CHECK_ERR(stream_fill(stream, 0), ERR_TIMEOUT);
    close_pair();
}

void test_stream_deflate_holds_no_more_input_than_its_limit(void)
{
    CHECK_OK(loop_run_main(inflate_too_much, NULL));
}

/* The end of a match that did not fit needs no other octet of the peer. */
static void inflate_what_is_left(void *arg)
{
    (void)arg;
    enum { FIRST_READ = 16 * 1024, REST = 100, FLUSH_MARK = 4 };
    memset(original, 'x', sizeof original);
    pack(original, FIRST_READ + REST, Z_SYNC_FLUSH);
    open_pair();
    start();
    peer_says(0, packed_len - FLUSH_MARK);
    CHECK_OK(stream_fill(stream, 1000));
    CHECK_INT(stream_input(stream).len, FIRST_READ);
    CHECK_OK(stream_fill(stream, 100));
    CHECK_INT(stream_input(stream).len, FIRST_READ + REST);
    close_pair();
}

void test_stream_deflate_needs_no_octet_for_what_it_has(void)
{
    CHECK_OK(loop_run_main(inflate_what_is_left, NULL));
}

static void read_garbage(void *arg)
{
    (void)arg;
    open_pair();
    start();
    CHECK_INT(write(peer, "\xff\xff\xff\xff", 4), 4);
    CHECK_ERR(stream_fill(stream, 1000), ERR_DEFLATE);
    CHECK_ERR(stream_fill(stream, 1000), ERR_DEFLATE);
    close_pair();

    open_pair();
    start();
    pack(commands, sizeof commands - 1, Z_SYNC_FLUSH);
    peer_says(0, packed_len);
    CHECK_INT(write(peer, "\xff\xff\xff\xff", 4), 4);
    fill_until(sizeof commands - 1); /* what came before is heard */
    CHECK_SLICE(stream_input(stream), COMMANDS);
    CHECK_ERR(stream_fill(stream, 1000), ERR_DEFLATE);
    close_pair();
}

void test_stream_deflate_reports_garbage(void)
{
    CHECK_OK(loop_run_main(read_garbage, NULL));
}

static void read_to_the_end(void *arg)
{
    (void)arg;
    open_pair();
    start();
    pack(commands, sizeof commands - 1, Z_FINISH);
    peer_says(0, packed_len);
    peer_says(0, packed_len);
    fill_until(sizeof commands - 1);
    CHECK_SLICE(stream_input(stream), COMMANDS);
    CHECK_ERR(stream_fill(stream, 1000), ERR_CLOSED);
    CHECK_ERR(stream_fill(stream, 1000), ERR_CLOSED);
    close_pair();
}

void test_stream_deflate_ends_with_the_last_block(void)
{
    CHECK_OK(loop_run_main(read_to_the_end, NULL));
}

/* Reads and inflates until `unpacked_wanted` octets have come; slowly, so that the socket fills. */
static size_t unpacked_wanted;
static void listen_slowly(void *arg)
{
    (void)arg;
    z_stream z = {0};
    CHECK_INT(inflateInit2(&z, RAW), Z_OK);
    z.next_out = (Bytef *)unpacked;
    z.avail_out = sizeof unpacked;
    while (sizeof unpacked - z.avail_out < unpacked_wanted) {
        char octets[5000];
        ssize_t got = read(peer, octets, sizeof octets);
        if (got <= 0) {
            fiber_sleep(1);
            continue;
        }
        z.next_in = (Bytef *)octets;
        z.avail_in = (uInt)got;
        int rc = inflate(&z, Z_SYNC_FLUSH);
        CHECK(rc == Z_OK || rc == Z_BUF_ERROR);
        if (rc < 0 && rc != Z_BUF_ERROR)
            break;
    }
    unpacked_len = sizeof unpacked - z.avail_out;
    CHECK_INT(inflateEnd(&z), Z_OK);
    peer_is_done = true;
}

static void begin_listening(size_t wanted)
{
    peer_is_done = false;
    unpacked_wanted = wanted;
    CHECK_OK(fiber_spawn("peer", listen_slowly, NULL, NULL));
}

static void await_peer(void)
{
    while (!peer_is_done)
        fiber_sleep(1);
    CHECK_INT(unpacked_len, unpacked_wanted);
    CHECK(memcmp(original, unpacked, unpacked_wanted) == 0);
}

/* Not to be compressed, mostly: more than the socket takes. */
static void make_original(void)
{
    for (size_t i = 0; i < sizeof original; i++)
        original[i] = (char)(i % 7 == 0 ? 'x' : i * i * 2654435761U >> 13);
}

static void send_much(void *arg)
{
    (void)arg;
    static const size_t sizes[] = {10, 3000, 20000, 64000, 100000, 1, 700000};
    make_original();
    open_pair();
    start();
    begin_listening(sizeof original);
    for (size_t at = 0, i = 0; at < sizeof original; i++) {
        struct slice piece = slice_sub(slice_of(original, sizeof original), at, sizes[i % 7]);
        CHECK_OK(stream_write(stream, piece));
        at += piece.len;
    }
    CHECK_OK(stream_flush(stream));
    await_peer();
    close_pair();
}

void test_stream_deflate_sends_megabytes_to_a_slow_peer(void)
{
    CHECK_OK(loop_run_main(send_much, NULL));
}

static void flush_every_octet(void *arg)
{
    (void)arg;
    open_pair();
    start();
    for (size_t i = 0; i < sizeof commands - 1; i++) {
        original[i] = commands[i];
        CHECK_OK(stream_write(stream, slice_of(commands + i, 1)));
        CHECK_OK(stream_flush(stream));
    }
    begin_listening(sizeof commands - 1);
    await_peer();
    close_pair();
}

void test_stream_deflate_flushes_whenever_the_stream_does(void)
{
    CHECK_OK(loop_run_main(flush_every_octet, NULL));
}

static void wait_for_news(void *arg)
{
    (void)arg;
    int rc = 0;
    while ((rc = stream_fill(stream, 3000)) == -ERR_INTERRUPTED)
        CHECK_OK(stream_flush(stream));
    CHECK_OK(rc);
}

/* What the peer does not take at once is flushed by the fiber that waits. */
static void send_news(void *arg)
{
    (void)arg;
    make_original();
    open_pair();
    start();
    CHECK_OK(fiber_spawn("session", wait_for_news, NULL, NULL));
    fiber_sleep(1);
    CHECK(stream_is_quiet(stream));
    stream_send_now(stream, slice_of(original, 1000));
    CHECK(stream_is_quiet(stream));
    stream_send_now(stream, slice_of(original + 1000, 1000000));
    CHECK(!stream_is_quiet(stream));
    begin_listening(1001000);
    await_peer();
    CHECK_INT(stream_pending(stream), 0);
    pack(commands, sizeof commands - 1, Z_SYNC_FLUSH);
    peer_says(0, packed_len);
    fiber_sleep(20);
    CHECK_SLICE(stream_input(stream), COMMANDS);
    close_pair();
}

void test_stream_deflate_sends_news_while_the_fiber_waits(void)
{
    CHECK_OK(loop_run_main(send_news, NULL));
}
