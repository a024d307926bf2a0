#include "dialogue.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "fiber/fiber.h"
#include "fiber/loop.h"
#include "server_private.h"
#include "support/check.h"

struct imap_settings dialogue_settings(void)
{
    return (struct imap_settings){
        .line_max = 2000,
        .literal_max = 1000,
        .command_max = 4000,
        .list_items_max = 100,
        .login_timeout = 5,
        .inactivity_timeout = 5,
        .literal_timeout = 5,
        .output_timeout = 5,
        .idle_keepalive = 5,
        .progress_interval = 10,
        .failed_logins_max = 3,
        .bad_commands_max = 1000,
        .notifications_max = 1000,
    };
}

/* What the fibers of one dialogue share. */
struct dialogue {
    const struct imap_settings *settings;
    struct slice input;
    size_t piece;
    struct buffer *output;
    int peer;
    unsigned turns;
};

static void dialogue_read(struct dialogue *dialogue)
{
    char octets[4096];
    ssize_t len;
    while ((len = read(dialogue->peer, octets, sizeof octets)) > 0)
        buffer_add(dialogue->output, slice_of(octets, (size_t)len));
}

static void dialogue_write(struct dialogue *dialogue)
{
    while (dialogue->input.len) {
        struct slice piece = slice_sub(dialogue->input, 0, dialogue->piece);
        ssize_t len = send(dialogue->peer, piece.data, piece.len, MSG_NOSIGNAL);
        if (len < 0 && errno != EAGAIN)
            return; /* the session has ended */
        if (len > 0)
            dialogue->input = slice_sub(dialogue->input, (size_t)len, SIZE_MAX);
        dialogue_read(dialogue);
        fiber_yield();
    }
}

static void dialogue_main(void *arg)
{
    struct dialogue *dialogue = arg;
    struct imap_server *server;
    struct roster_hooks hooks = {0};
    struct imap_settings settings = *dialogue->settings;
    struct network_list *nowhere;
    CHECK_OK(network_list_parse(NULL, 0, &nowhere));
    settings.plaintext_networks = nowhere;
    CHECK_OK(identity_rules_new(&(struct identity_settings){.token_discovery = ""},
                                &settings.identities));
    int ends[2];
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    dialogue->peer = ends[1];
    CHECK_OK(imap_server_new(NULL, &settings, &hooks, &server));
    imap_server_accept(server, ends[0], "192.0.2.1", false);
    dialogue_write(dialogue);
    shutdown(dialogue->peer, SHUT_WR);
    while (imap_server_sessions(server)) {
        dialogue_read(dialogue);
        dialogue->turns++;
        fiber_yield();
    }
    dialogue_read(dialogue);
    imap_server_free(&server);
    network_list_free(&nowhere);
    identity_rules_unref(&settings.identities);
    close(dialogue->peer);
}

unsigned dialogue_run(const struct imap_settings *settings, struct slice input, size_t piece,
                      struct buffer *output)
{
    struct dialogue dialogue = {settings, input, piece, output, -1, 0};
    CHECK_OK(log_open("/dev/null", LOG_ERROR));
    CHECK_OK(loop_run_main(dialogue_main, &dialogue));
    return dialogue.turns;
}

static struct slice after_greeting(const struct buffer *output)
{
    struct slice said = buffer_slice(output);
    return slice_sub(said, slice_find(said, '\n') + 1, SIZE_MAX);
}

void dialogue_check(const char *input, const char *expected)
{
    struct imap_settings settings = dialogue_settings();
    const size_t pieces[] = {SIZE_MAX, 1};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct buffer output;
        buffer_init(&output, 0);
        dialogue_run(&settings, slice_cstr(input), pieces[i], &output);
        check_slice(after_greeting(&output), slice_cstr(expected), input, __FILE__, __LINE__);
        buffer_clear(&output);
    }
}

struct session *dialogue_bare_session(struct imap_server *server, int *peer_out)
{
    static const struct stream_limits limits = {.output_timeout_ms = 1000, .input_max = 4096};
    int ends[2];
    struct session *session = calloc(1, sizeof *session);
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    CHECK(session != NULL);
    CHECK_OK(stream_new(ends[0], &limits, &session->stream));
    session->server = server;
    session->state = STATE_NOT_AUTHENTICATED;
    *peer_out = ends[1];
    return session;
}

void dialogue_bare_session_free(struct session **session, int peer)
{
    stream_free(&(*session)->stream);
    free(*session);
    *session = NULL;
    close(peer);
}
