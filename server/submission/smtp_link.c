#include "smtp_link.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "fiber/loop.h"
#include "fiber/wait.h"

enum { READ_SIZE = 4096, PASSWORD_MAX = 1024 };

struct smtp_link {
    CURL *curl;
    struct watch *watch;
    struct wait_queue queue;
    const struct smtp_link_stop *stop;
    bool ready; /* the socket is, for what was waited for */
    uint32_t timeout_ms;
    struct buffer input;
    size_t used; /* of the input: the reply before */
};

/* What the thread that connects may touch. */
struct connecting {
    CURL *curl;
    CURLcode code;
    char text[CURL_ERROR_SIZE];
};

int smtp_link_global_init(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK
               ? 0
               : fail(ERR_INTERNAL, "libcurl can't be used");
}

void smtp_link_global_cleanup(void)
{
    curl_global_cleanup();
}

/* Options -------------------------------------------------------------------------------------- */

/* The first line of the file. */
static int read_password(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return fail_errno(ERR_IO, "submission.password_file \"%s\"", path);
    bool read = fgets(out, (int)size, file) != NULL;
    fclose(file);
    if (!read)
        return fail(ERR_IO, "submission.password_file \"%s\" is empty", path);
    out[strcspn(out, "\r\n")] = '\0';
    return 0;
}

static int set_credentials(CURL *curl, const struct submission_settings *settings)
{
    if (!*settings->user)
        return 0;
    char password[PASSWORD_MAX];
    int err = read_password(settings->password_file, password, sizeof password);
    if (err)
        return err;
    CURLcode code = curl_easy_setopt(curl, CURLOPT_USERNAME, settings->user);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_PASSWORD, password);
    explicit_bzero(password, sizeof password);
    return code == CURLE_OK ? 0 : fail(ERR_NO_MEMORY, "no memory for a connection");
}

static long tls_policy(const struct submission_settings *settings)
{
    if (settings->tls == SUBMISSION_TLS_NEVER)
        return CURLUSESSL_NONE;
    bool must = settings->tls == SUBMISSION_TLS_VERIFIED || *settings->user;
    return must ? CURLUSESSL_ALL : CURLUSESSL_TRY;
}

/* libcurl takes the name for EHLO from the path. */
static int set_url(CURL *curl, const struct submission_settings *settings)
{
    char url[1024];
    struct slice text = slice_cstr(settings->url);
    bool local = slice_starts_with(text, SLICE("unix:"));
    snprintf(url, sizeof url, "%s/%s", local ? "smtp://localhost" : settings->url,
             settings->hostname);
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, url);
    if (code == CURLE_OK && local)
        code = curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, settings->url + strlen("unix:"));
    return code == CURLE_OK ? 0 : fail(ERR_NO_MEMORY, "no memory for a connection");
}

/* On the thread that connects, about once a second. */
static int must_end(void *arg, curl_off_t total, curl_off_t now, curl_off_t up, curl_off_t up_now)
{
    struct smtp_link_stop *stop = arg;
    (void)total, (void)now, (void)up, (void)up_now;
    return atomic_load(&stop->connects_not);
}

static int set_options(CURL *curl, const struct submission_settings *settings,
                       struct smtp_link_stop *stop)
{
    long verify = settings->tls == SUBMISSION_TLS_VERIFIED || *settings->user;
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)settings->timeout);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, must_end);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, stop);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, tls_policy(settings));
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, verify);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
    if (*settings->ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, settings->ca_file);
    int err = set_url(curl, settings);
    return err ? err : set_credentials(curl, settings);
}

/* Opening -------------------------------------------------------------------------------------- */

static void connect_on_thread(void *arg)
{
    struct connecting *connecting = arg;
    connecting->code = curl_easy_perform(connecting->curl);
}

static int connecting_failed(const struct connecting *connecting)
{
    static const struct {
        CURLcode code;
        enum err err;
    } meanings[] = {{CURLE_LOGIN_DENIED, ERR_CREDENTIALS},
                    {CURLE_USE_SSL_FAILED, ERR_TLS},
                    {CURLE_SSL_CONNECT_ERROR, ERR_TLS},
                    {CURLE_PEER_FAILED_VERIFICATION, ERR_TLS},
                    {CURLE_SSL_CACERT_BADFILE, ERR_TLS}};
    enum err err = ERR_UNAVAILABLE;
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].code == connecting->code)
            err = meanings[i].err;
    const char *text =
        connecting->text[0] ? connecting->text : curl_easy_strerror(connecting->code);
    return fail(err, "%s", text);
}

static int run_connect(CURL *curl)
{
    struct connecting *connecting = calloc(1, sizeof *connecting);
    if (!connecting)
        return fail(ERR_NO_MEMORY, "no memory for a connection");
    connecting->curl = curl;
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, connecting->text);
    offload(connect_on_thread, connecting);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    int err = connecting->code == CURLE_OK ? 0 : connecting_failed(connecting);
    free(connecting);
    return err;
}

static void socket_ready(void *arg, int events)
{
    struct smtp_link *link = arg;
    (void)events;
    watch_set(link->watch, 0);
    link->ready = true;
    wait_wake_all(&link->queue);
}

static int watch_socket(struct smtp_link *link)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(link->curl, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
        fd == CURL_SOCKET_BAD)
        return fail(ERR_UNAVAILABLE, "the mail server has closed the connection");
    return watch_new(fd, socket_ready, link, &link->watch);
}

int smtp_link_open(const struct submission_settings *settings, struct smtp_link_stop *stop,
                   struct smtp_link **out)
{
    struct smtp_link *link = calloc(1, sizeof *link);
    if (!link)
        return fail(ERR_NO_MEMORY, "no memory for a connection");
    link->stop = stop;
    link->timeout_ms = settings->timeout * 1000;
    wait_queue_init(&link->queue);
    buffer_init(&link->input, SMTP_REPLY_MAX + READ_SIZE);
    link->curl = curl_easy_init();
    int err = link->curl ? set_options(link->curl, settings, stop) : -ERR_NO_MEMORY;
    if (!err)
        err = run_connect(link->curl);
    if (!err)
        err = watch_socket(link);
    if (err)
        smtp_link_close(&link);
    else
        *out = link;
    return err;
}

void smtp_link_close(struct smtp_link **link_in)
{
    struct smtp_link *link = *link_in;
    *link_in = NULL;
    if (!link)
        return;
    watch_free(&link->watch);
    curl_easy_cleanup(link->curl);
    buffer_clear(&link->input);
    free(link);
}

void smtp_link_interrupt(struct smtp_link *link)
{
    wait_wake_all(&link->queue);
}

/* Talking -------------------------------------------------------------------------------------- */

static int await_socket(struct smtp_link *link, int events, int64_t deadline)
{
    link->ready = false;
    watch_set(link->watch, events);
    int err = 0;
    while (!link->ready && !err) {
        int64_t until = link->stop->deadline < deadline ? link->stop->deadline : deadline;
        err = wait_for(&link->queue, until);
    }
    if (!err)
        return 0;
    watch_set(link->watch, 0);
    return link->stop->deadline < deadline
               ? fail(ERR_CANCELLED, "the server is stopping")
               : fail(ERR_TIMEOUT, "the mail server does not answer in time");
}

int smtp_link_send(struct smtp_link *link, struct slice octets)
{
    int64_t deadline = clock_monotonic_ms() + link->timeout_ms;
    while (octets.len) {
        size_t sent = 0;
        CURLcode code = curl_easy_send(link->curl, octets.data, octets.len, &sent);
        if (code != CURLE_OK && code != CURLE_AGAIN)
            return fail(ERR_CLOSED, "the mail server has closed the connection");
        octets = slice_sub(octets, sent, octets.len);
        int err = octets.len && sent == 0 ? await_socket(link, WATCH_WRITE, deadline) : 0;
        if (err)
            return err;
    }
    return 0;
}

static int read_more(struct smtp_link *link, int64_t deadline)
{
    char *room = buffer_reserve(&link->input, READ_SIZE);
    if (!room)
        return buffer_check(&link->input);
    size_t got = 0;
    CURLcode code = curl_easy_recv(link->curl, room, READ_SIZE, &got);
    if (code == CURLE_AGAIN)
        return await_socket(link, WATCH_READ, deadline);
    if (code != CURLE_OK || got == 0)
        return fail(ERR_CLOSED, "the mail server has closed the connection");
    buffer_commit(&link->input, got);
    return 0;
}

int smtp_link_read_reply(struct smtp_link *link, struct smtp_reply *out)
{
    int64_t deadline = clock_monotonic_ms() + link->timeout_ms;
    buffer_drop_front(&link->input, link->used);
    link->used = 0;
    for (;;) {
        bool complete;
        struct smtp_reply reply;
        int err = smtp_reply_parse(buffer_slice(&link->input), &complete, &reply);
        if (!err && complete) {
            link->used = reply.length;
            *out = reply;
            return 0;
        }
        if (!err)
            err = read_more(link, deadline);
        if (err)
            return err;
    }
}
