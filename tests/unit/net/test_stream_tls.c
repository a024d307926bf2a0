#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "fiber/fiber.h"
#include "fiber/loop.h"
#include "net/stream.h"
#include "support/check.h"
#include "tls_peer.h"

static const struct stream_limits limits = {.output_timeout_ms = 3000, .input_max = 1 << 20};

static struct tls_files files;
static struct tls_context *context;
static struct stream *stream;
static struct tls_peer peer;

static int new_context(const char *minimum_protocol, struct tls_context **out)
{
    const struct tls_settings settings = {.certificate_file = files.certificate,
                                          .key_file = files.key,
                                          .minimum_protocol = minimum_protocol};
    return tls_context_new(&settings, out);
}

static void open_pair(int version)
{
    int ends[2];
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    CHECK_INT(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    peer = (struct tls_peer){.fd = ends[1], .version = version};
    CHECK_OK(stream_new(ends[0], &limits, &stream));
}

static void run_with_context(void (*main)(void *))
{
    tls_files_make(&files);
    CHECK_OK(new_context("TLSv1.2", &context));
    CHECK_OK(loop_run_main(main, NULL));
    tls_context_unref(&context);
    CHECK(context == NULL);
    tls_files_remove(&files);
}

static bool peer_is_done;

static void connect_peer(void *arg)
{
    (void)arg;
    CHECK(tls_peer_connect(&peer));
    peer_is_done = true;
}

/* Both sides of a handshake; the client's in a fiber of its own. */
static void shake_hands(void)
{
    peer_is_done = false;
    CHECK_OK(fiber_spawn("peer", connect_peer, NULL, NULL));
    CHECK_OK(stream_start_tls(stream, context, 3000));
    while (!peer_is_done)
        fiber_sleep(1);
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

static void talk(int version, const char *description)
{
    char got[20] = "";
    open_pair(version);
    shake_hands();
    CHECK(stream_is_tls(stream));
    CHECK(slice_starts_with(slice_cstr(stream_tls_description(stream)), slice_cstr(description)));
    CHECK(tls_peer_write(&peer, SLICE("a1 NOOP\r\n")));
    fill_until(9);
    CHECK_SLICE(stream_input(stream), "a1 NOOP\r\n");
    stream_consume(stream, 9);
    CHECK_OK(stream_write(stream, SLICE("a1 OK ")));
    CHECK_OK(stream_write(stream, SLICE("done\r\n")));
    CHECK_OK(stream_flush(stream));
    CHECK_INT(tls_peer_read(&peer, got, 12), 12);
    CHECK_STR(got, "a1 OK done\r\n");
    CHECK_ERR(stream_fill(stream, 10), ERR_TIMEOUT);
    stream_interrupt(stream);
    CHECK_ERR(stream_fill(stream, -1), ERR_INTERRUPTED);
    tls_peer_close(&peer, true);
    CHECK_ERR(stream_fill(stream, 3000), ERR_CLOSED);
    stream_free(&stream);
}

static void talk_by_both_versions(void *arg)
{
    (void)arg;
    talk(0, "TLSv1.3 TLS_");
    talk(TLS1_2_VERSION, "TLSv1.2 ECDHE-");
}

void test_stream_tls_talks_both_ways(void)
{
    run_with_context(talk_by_both_versions);
}

enum { LONG_LEN = 2000000 };
static char sent[LONG_LEN];
static char got_back[LONG_LEN];
static size_t got_len;

static void read_long(void *arg)
{
    (void)arg;
    got_len = tls_peer_read(&peer, got_back, sizeof got_back);
    peer_is_done = true;
}

static void write_long(void *arg)
{
    (void)arg;
    peer_is_done = false;
    CHECK(tls_peer_write(&peer, slice_of(sent, sizeof sent)));
    peer_is_done = true;
}

static void send_much_output(void)
{
    static const size_t sizes[] = {10, 3000, 20000, 64000, 100000};
    peer_is_done = false;
    CHECK_OK(fiber_spawn("reader", read_long, NULL, NULL));
    for (size_t at = 0, i = 0; at < sizeof sent; i++) {
        struct slice piece = slice_sub(slice_of(sent, sizeof sent), at, sizes[i % 5]);
        CHECK_OK(stream_write(stream, piece));
        at += piece.len;
    }
    CHECK_OK(stream_flush(stream));
    while (!peer_is_done)
        fiber_sleep(1);
    CHECK_INT(got_len, sizeof sent);
    CHECK(memcmp(sent, got_back, sizeof sent) == 0);
}

static void receive_much_input(void)
{
    size_t len = 0;
    bool equal = true;
    CHECK_OK(fiber_spawn("writer", write_long, NULL, NULL));
    while (len < sizeof sent && stream_fill(stream, 3000) == 0) {
        struct slice input = stream_input(stream);
        equal &= memcmp(input.data, sent + len, input.len) == 0;
        len += input.len;
        stream_consume(stream, input.len);
    }
    CHECK_INT(len, sizeof sent);
    CHECK(equal);
    while (!peer_is_done)
        fiber_sleep(1);
}

static void exchange_much(void *arg)
{
    (void)arg;
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (char)(i * 2654435761U >> 15);
    open_pair(0);
    shake_hands();
    send_much_output();
    receive_much_input();
    tls_peer_close(&peer, false);
    CHECK_ERR(stream_fill(stream, 3000), ERR_CLOSED); /* no close_notify: closed all the same */
    stream_free(&stream);
}

void test_stream_tls_carries_megabytes(void)
{
    run_with_context(exchange_much);
}

/* Commands sent in clear together with STARTTLS must not be run under TLS. */
static void inject(void *arg)
{
    (void)arg;
    char got[10];
    open_pair(0);
    CHECK_INT(write(peer.fd, "a STARTTLS\r\nb INJECTED\r\n", 24), 24);
    fill_until(24);
    stream_consume(stream, 12);
    CHECK_SLICE(stream_input(stream), "b INJECTED\r\n");
    CHECK_OK(stream_write(stream, SLICE("a OK\r\n")));
    CHECK_OK(stream_flush(stream));
    CHECK_INT(read(peer.fd, got, 6), 6);
    shake_hands();
    CHECK_SLICE(stream_input(stream), "");
    CHECK(tls_peer_write(&peer, SLICE("c NOOP\r\n")));
    fill_until(8);
    CHECK_SLICE(stream_input(stream), "c NOOP\r\n");
    tls_peer_close(&peer, true);
    stream_free(&stream);
}

void test_stream_tls_discards_what_was_injected_before(void)
{
    run_with_context(inject);
}

static void compare_exporter(void *arg)
{
    (void)arg;
    static const char label[] = "EXPORTER-Channel-Binding";
    uint8_t ours[32] = {0}, theirs[32] = {1}, unique[64];
    size_t len = 0;
    open_pair(0);
    shake_hands();
    CHECK(stream_tls_exporter(stream, ours));
    CHECK(SSL_export_keying_material(peer.ssl, theirs, 32, label, strlen(label), NULL, 0, 0) == 1);
    CHECK(memcmp(ours, theirs, 32) == 0);
    CHECK(!stream_tls_unique(stream, unique, &len));
    tls_peer_close(&peer, true);
    stream_free(&stream);
}

void test_stream_tls_exporter_is_the_clients(void)
{
    run_with_context(compare_exporter);
}

/* The client's view of tls-unique: its own Finished came first, unless the
 * session was resumed. */
static void compare_unique(bool resumed)
{
    uint8_t ours[64] = {0}, theirs[64] = {1}, exported[32];
    size_t len = 0;
    shake_hands();
    CHECK_INT(SSL_session_reused(peer.ssl), resumed);
    size_t expected = resumed ? SSL_get_peer_finished(peer.ssl, theirs, sizeof theirs)
                              : SSL_get_finished(peer.ssl, theirs, sizeof theirs);
    CHECK(stream_tls_unique(stream, ours, &len));
    CHECK_INT(len, expected);
    CHECK(memcmp(ours, theirs, len) == 0);
    CHECK(!stream_tls_exporter(stream, exported));
}

static void resume_a_session(void *arg)
{
    (void)arg;
    open_pair(TLS1_2_VERSION);
    compare_unique(false);
    SSL_SESSION *session = SSL_get1_session(peer.ssl);
    tls_peer_close(&peer, true);
    stream_free(&stream);
    open_pair(TLS1_2_VERSION);
    peer.session = session;
    compare_unique(true);
    tls_peer_close(&peer, true);
    stream_free(&stream);
    SSL_SESSION_free(session);
}

void test_stream_tls_unique_is_the_first_finished(void)
{
    run_with_context(resume_a_session);
}

/* Tickets of TLS 1.3 come behind the handshake, with the first line. */
static SSL_SESSION *take_session(int version)
{
    char got[4];
    open_pair(version);
    shake_hands();
    CHECK_INT(SSL_session_reused(peer.ssl), 0);
    CHECK_OK(stream_write(stream, SLICE("* OK")));
    CHECK_OK(stream_flush(stream));
    CHECK_INT(tls_peer_read(&peer, got, sizeof got), 4);
    SSL_SESSION *session = SSL_get1_session(peer.ssl);
    tls_peer_close(&peer, true);
    stream_free(&stream);
    return session;
}

static void resume_in_another_context(int version)
{
    SSL_SESSION *session = take_session(version);
    tls_context_unref(&context);
    CHECK_OK(new_context("TLSv1.2", &context));
    open_pair(version);
    peer.session = session;
    shake_hands();
    CHECK_INT(SSL_session_reused(peer.ssl), 1);
    tls_peer_close(&peer, true);
    stream_free(&stream);
    SSL_SESSION_free(session);
}

static void resume_after_a_reload(void *arg)
{
    (void)arg;
    resume_in_another_context(TLS1_2_VERSION);
    resume_in_another_context(0);
}

void test_stream_tls_resumes_after_a_reload(void)
{
    run_with_context(resume_after_a_reload);
}

static bool resumes(SSL_SESSION *session, int version)
{
    open_pair(version);
    peer.session = session;
    shake_hands();
    bool resumed = SSL_session_reused(peer.ssl);
    tls_peer_close(&peer, true);
    stream_free(&stream);
    return resumed;
}

/* Twelve hours later the keys are others, and as much later the session's are forgotten. */
static void resume_after_a_while(int version)
{
    enum { HALF_A_DAY_MS = 12 * 60 * 60 * 1000 };
    static int64_t later;
    SSL_SESSION *session = take_session(version);
    CHECK(resumes(session, version));
    later += HALF_A_DAY_MS;
    tls_tickets_advance(clock_monotonic_ms() + later);
    CHECK(resumes(session, version));
    later += HALF_A_DAY_MS;
    tls_tickets_advance(clock_monotonic_ms() + later);
    CHECK(!resumes(session, version));
    SSL_SESSION_free(session);
}

static void resume_later(void *arg)
{
    (void)arg;
    resume_after_a_while(TLS1_2_VERSION);
    resume_after_a_while(0);
}

void test_stream_tls_resumes_for_a_while(void)
{
    run_with_context(resume_later);
}

static BIO *key_updates;

static void send_key_updates(void *arg)
{
    (void)arg;
    char *octets = NULL;
    long len = BIO_get_mem_data(key_updates, &octets);
    (void)tls_peer_send(&peer, slice_of(octets, (size_t)len));
    CHECK(BIO_free(key_updates));
    peer_is_done = true;
}

static int receive_key_updates(unsigned count)
{
    key_updates = tls_peer_make_key_updates(&peer, count);
    peer_is_done = false;
    CHECK_OK(fiber_spawn("peer", send_key_updates, NULL, NULL));
    int rc = stream_fill(stream, 50);
    while (rc == -ERR_TIMEOUT && !peer_is_done)
        rc = stream_fill(stream, 50);
    return rc;
}

static void update_keys(void *arg)
{
    (void)arg;
    open_pair(0);
    shake_hands();
    for (int i = 0; i < 5; i++) {
        CHECK_INT(receive_key_updates(20), -ERR_TIMEOUT);
        CHECK(tls_peer_write(&peer, SLICE("a1 NOOP\r\n")));
        fill_until(9);
        stream_consume(stream, 9);
    }
    CHECK_INT(receive_key_updates(20000), -ERR_TLS);
    CHECK_STR(last_error()->text, "too many key updates");
    stream_free(&stream);
    while (!peer_is_done)
        fiber_sleep(1);
    tls_peer_close(&peer, false);
}

/* There is no end to them: nobody else would ever have a turn. */
void test_stream_tls_ends_with_too_many_key_updates(void)
{
    run_with_context(update_keys);
}

static void say_nonsense(void *arg)
{
    (void)arg;
    open_pair(0);
    CHECK_INT(write(peer.fd, "a1 LOGIN alice secret\r\n", 23), 23);
    CHECK_ERR(stream_start_tls(stream, context, 3000), ERR_TLS);
    CHECK(!stream_is_tls(stream));
    CHECK_ERR(stream_write(stream, SLICE("* BYE\r\n")), ERR_TLS);
    CHECK(stream_fill(stream, 10) < 0);
    stream_free(&stream);
    close(peer.fd);
}

void test_stream_tls_refuses_what_is_no_handshake(void)
{
    run_with_context(say_nonsense);
}

static void say_nothing(void *arg)
{
    (void)arg;
    open_pair(0);
    int64_t before = clock_monotonic_ms();
    CHECK_ERR(stream_start_tls(stream, context, 30), ERR_TIMEOUT);
    CHECK(clock_monotonic_ms() - before >= 30);
    CHECK_ERR(stream_fill(stream, 1000), ERR_CLOSED); /* too late to begin now */
    stream_free(&stream);
    close(peer.fd);
    open_pair(0);
    close(peer.fd);
    CHECK_ERR(stream_start_tls(stream, context, 3000), ERR_CLOSED);
    stream_free(&stream);
}

void test_stream_tls_handshake_has_its_time(void)
{
    run_with_context(say_nothing);
}

static void cancel_soon(void *arg)
{
    (void)arg;
    fiber_sleep(5);
    stream_cancel(stream);
}

static void cancel_handshake(void *arg)
{
    (void)arg;
    open_pair(0);
    CHECK_OK(fiber_spawn("stop", cancel_soon, NULL, NULL));
    CHECK_ERR(stream_start_tls(stream, context, -1), ERR_CANCELLED);
    stream_free(&stream);
    close(peer.fd);
}

void test_stream_tls_handshake_can_be_cancelled(void)
{
    run_with_context(cancel_handshake);
}

static void fail_to_connect(void *arg)
{
    (void)arg;
    CHECK(!tls_peer_connect(&peer));
    peer_is_done = true;
}

static void refuse_old_version(void *arg)
{
    (void)arg;
    struct tls_context *strict = NULL;
    CHECK_OK(new_context("TLSv1.3", &strict));
    open_pair(TLS1_2_VERSION);
    peer_is_done = false;
    CHECK_OK(fiber_spawn("peer", fail_to_connect, NULL, NULL));
    CHECK_ERR(stream_start_tls(stream, strict, 3000), ERR_TLS);
    while (!peer_is_done)
        fiber_sleep(1);
    stream_free(&stream);
    tls_peer_close(&peer, false);
    tls_context_unref(&strict);
}

void test_stream_tls_refuses_an_older_version(void)
{
    run_with_context(refuse_old_version);
}

static void replace_context(void *arg)
{
    (void)arg;
    char got[6] = "";
    struct tls_context *old = NULL;
    CHECK_OK(new_context("TLSv1.2", &old));
    struct tls_context *kept = context;
    context = old;
    open_pair(0);
    shake_hands();
    context = kept;
    tls_context_unref(&old); /* the connection has a reference of its own */
    CHECK_OK(stream_write(stream, SLICE("hello")));
    CHECK_OK(stream_flush(stream));
    CHECK_INT(tls_peer_read(&peer, got, 5), 5);
    CHECK_STR(got, "hello");
    tls_peer_close(&peer, true);
    stream_free(&stream);
}

void test_stream_tls_outlives_a_reload(void)
{
    run_with_context(replace_context);
}

void test_tls_context_says_what_is_wrong(void)
{
    struct tls_files other;
    tls_files_make(&files);
    tls_files_make(&other);
    const struct {
        const char *certificate, *key, *protocol, *ciphers, *client_ca;
    } wrong[] = {
        {"/nonexistent/cert.pem", files.key, "TLSv1.2", NULL, NULL},
        {files.certificate, "/nonexistent/key.pem", "TLSv1.2", NULL, NULL},
        {files.certificate, other.key, "TLSv1.2", NULL, NULL},
        {files.key, files.key, "TLSv1.2", NULL, NULL},
        {files.certificate, files.key, "TLSv1.1", NULL, NULL},
        {files.certificate, files.key, "TLSv1.2", "NO-SUCH-CIPHER", NULL},
        {files.certificate, files.key, "TLSv1.2", NULL, files.key},
        {files.certificate, files.key, "TLSv1.2", NULL, "/nonexistent/cert.pem"},
    };
    enum { WRONG = sizeof wrong / sizeof wrong[0] };
    for (size_t i = 0; i < WRONG; i++) {
        const struct tls_settings settings = {.certificate_file = wrong[i].certificate,
                                              .key_file = wrong[i].key,
                                              .minimum_protocol = wrong[i].protocol,
                                              .ciphers = wrong[i].ciphers,
                                              .client_ca_file = wrong[i].client_ca};
        CHECK_ERR(tls_context_new(&settings, &context), ERR_TLS);
        CHECK(context == NULL);
    }
    CHECK(strstr(last_error()->text, "/nonexistent/cert.pem") != NULL);
    CHECK(strstr(last_error()->text, "No such file or directory") != NULL);
    struct tls_context *second = NULL;
    CHECK_OK(new_context("TLSv1.3", &context));
    second = tls_context_ref(context);
    tls_context_unref(&context);
    tls_context_unref(&second);
    tls_context_unref(&second);
    tls_files_remove(&other);
    tls_files_remove(&files);
}
