#include "tls_filter.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/list.h"
#include "fiber/loop.h"
#include "tls_authorities.h"

/* Messages of a handshake since the last input, which a whole one needs far less of. */
enum { HANDSHAKE_MESSAGES_MAX = 32 };

struct tls_filter {
    struct filter filter;
    SSL *ssl;
    struct tls_context *context;
    int below_error; /* what the filter below failed with, 0 or negative */
    unsigned handshake_messages;
    bool failed; /* a fatal error: OpenSSL must not be called again */
    char description[64];
};

static struct tls_filter *tls_of(const struct filter *filter)
{
    return CONTAINER_OF((struct filter *)(uintptr_t)filter, struct tls_filter, filter);
}

/* OpenSSL reads and writes the filter below through a BIO of our own: no
 * buffers in between, and no SIGPIPE as with the socket BIO. */
static int bio_write(BIO *bio, const char *data, int len)
{
    struct tls_filter *tls = BIO_get_data(bio);
    struct filter *below = tls->filter.below;
    struct slice part = slice_of(data, (size_t)len);
    struct filter_io io = {0, 0};
    BIO_clear_retry_flags(bio);
    int rc = below->operations->write(below, &part, 1, &io);
    if (rc < 0) {
        tls->below_error = rc;
        return -1;
    }
    if (io.done > 0)
        return (int)io.done;
    BIO_set_retry_write(bio);
    return -1;
}

static void count_message(int sent, int version, int type, const void *octets, size_t len, SSL *ssl,
                          void *arg)
{
    (void)version, (void)octets, (void)len, (void)ssl;
    struct tls_filter *tls = arg;
    tls->handshake_messages += !sent && type == SSL3_RT_HANDSHAKE;
}

/* OpenSSL reads on until there is input, and what comes may never be: key updates (RFC 8446
 * section 4.6.3), attempts to renegotiate. */
static int read_below(struct tls_filter *tls, char *into, int size, struct filter_io *io_out)
{
    struct filter *below = tls->filter.below;
    if (tls->handshake_messages > HANDSHAKE_MESSAGES_MAX)
        return fail(ERR_TLS, "too many key updates");
    return below->operations->read(below, into, (size_t)size, io_out);
}

static int bio_read(BIO *bio, char *into, int size)
{
    struct tls_filter *tls = BIO_get_data(bio);
    struct filter_io io = {0, 0};
    BIO_clear_retry_flags(bio);
    int rc = read_below(tls, into, size, &io);
    if (rc < 0) {
        tls->below_error = rc;
        return 0;
    }
    if (io.done > 0)
        return (int)io.done;
    BIO_set_retry_read(bio);
    return -1;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)number, (void)pointer;
    const struct tls_filter *tls = BIO_get_data(bio);
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return tls->below_error != 0;
    default:
        return 0;
    }
}

static BIO *bio_over(struct tls_filter *tls)
{
    static BIO_METHOD *method;
    if (!method) {
        method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "filter");
        if (!method)
            return NULL;
        (void)BIO_meth_set_write(method, bio_write);
        (void)BIO_meth_set_read(method, bio_read);
        (void)BIO_meth_set_ctrl(method, bio_control);
    }
    BIO *bio = BIO_new(method);
    if (bio) {
        BIO_set_data(bio, tls);
        BIO_set_init(bio, 1);
    }
    return bio;
}

/* After an OpenSSL call that did not succeed: 0 when it is only a matter of
 * waiting. */
static int outcome(struct tls_filter *tls, int result, const char *what, struct filter_io *io_out)
{
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        *io_out = (struct filter_io){io_out->done, WATCH_READ};
        return 0;
    case SSL_ERROR_WANT_WRITE:
        *io_out = (struct filter_io){io_out->done, WATCH_WRITE};
        return 0;
    case SSL_ERROR_ZERO_RETURN:
        ERR_clear_error();
        return tls->below_error < 0 ? tls->below_error
                                    : fail(ERR_CLOSED, "the peer closed the connection");
    default:
        tls->failed = true;
        if (tls->below_error == 0)
            return tls_fail(what);
        ERR_clear_error();
        return tls->below_error;
    }
}

static int refuse(const struct tls_filter *tls)
{
    return tls->below_error < 0 ? fail(ERR_CLOSED, "the connection was lost")
                                : fail(ERR_TLS, "TLS failed before");
}

static int tls_read(struct filter *filter, char *into, size_t size, struct filter_io *io_out)
{
    struct tls_filter *tls = tls_of(filter);
    if (tls->failed)
        return refuse(tls);
    ERR_clear_error();
    struct filter_io io = {0, 0};
    int result = SSL_read_ex(tls->ssl, into, size, &io.done);
    int rc = result == 1 ? 0 : outcome(tls, result, "reading by TLS", &io);
    if (rc < 0)
        return rc;
    if (io.done > 0)
        tls->handshake_messages = 0;
    *io_out = io;
    return 0;
}

static int tls_write(struct filter *filter, const struct slice *parts, size_t count,
                     struct filter_io *io_out)
{
    struct tls_filter *tls = tls_of(filter);
    if (tls->failed)
        return refuse(tls);
    ERR_clear_error();
    struct filter_io io = {0, 0};
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0 && io.wants == 0; i++) {
        size_t written = 0;
        if (parts[i].len == 0)
            continue;
        int result = SSL_write_ex(tls->ssl, parts[i].data, parts[i].len, &written);
        io.done += written;
        if (result != 1)
            rc = outcome(tls, result, "writing by TLS", &io);
        else if (written < parts[i].len)
            break;
    }
    if (rc == 0)
        *io_out = io;
    return rc;
}

static void tls_free(struct filter *filter)
{
    struct tls_filter *tls = tls_of(filter);
    /* close_notify, if it can be sent without waiting. */
    if (!tls->failed && tls->below_error == 0 && SSL_is_init_finished(tls->ssl))
        (void)SSL_shutdown(tls->ssl);
    ERR_clear_error();
    SSL_free(tls->ssl);
    tls_context_unref(&tls->context);
    free(tls);
}

static const struct filter_operations tls_operations = {tls_read, tls_write, tls_free};

int tls_filter_new(struct tls_context *context, struct filter *below, struct filter **out)
{
    struct tls_filter *tls = calloc(1, sizeof *tls);
    if (!tls)
        return fail(ERR_NO_MEMORY, "no memory for TLS");
    tls->ssl = SSL_new(tls_context_openssl(context));
    BIO *bio = tls->ssl ? bio_over(tls) : NULL;
    if (!bio) {
        SSL_free(tls->ssl);
        free(tls);
        return tls_fail("cannot begin TLS");
    }
    SSL_set_bio(tls->ssl, bio, bio);
    SSL_set_msg_callback(tls->ssl, count_message);
    SSL_set_msg_callback_arg(tls->ssl, tls);
    SSL_set_accept_state(tls->ssl);
    tls->context = tls_context_ref(context);
    tls->filter = (struct filter){&tls_operations, below};
    *out = &tls->filter;
    return 0;
}

int tls_filter_handshake(struct filter *filter, struct filter_io *io_out)
{
    struct tls_filter *tls = tls_of(filter);
    if (tls->failed)
        return refuse(tls);
    ERR_clear_error();
    *io_out = (struct filter_io){0, 0};
    int result = SSL_do_handshake(tls->ssl);
    if (result != 1)
        return outcome(tls, result, "TLS handshake", io_out);
    snprintf(tls->description, sizeof tls->description, "%s %s", SSL_get_version(tls->ssl),
             SSL_get_cipher_name(tls->ssl));
    return 0;
}

const char *tls_filter_description(const struct filter *filter)
{
    return tls_of(filter)->description;
}

SSL *tls_filter_openssl(const struct filter *filter)
{
    return tls_of(filter)->ssl;
}

/* What the handshake found holds as long as the same are believed. */
long tls_filter_verification(const struct filter *filter, struct tls_context *today,
                             X509 *certificate)
{
    const struct tls_filter *tls = tls_of(filter);
    if (!today)
        return X509_V_ERR_CERT_UNTRUSTED;
    return tls_context_believes_as(tls->context, today)
               ? SSL_get_verify_result(tls->ssl)
               : tls_authorities_judge(tls_context_openssl(today), tls->ssl, certificate);
}

/* RFC 9266. Below TLS 1.3 clients use tls-unique, and implementations differ
 * on whether an empty context is one. */
bool tls_filter_exporter(const struct filter *filter, uint8_t out[32])
{
    static const char label[] = "EXPORTER-Channel-Binding";
    SSL *ssl = tls_of(filter)->ssl;
    return SSL_version(ssl) >= TLS1_3_VERSION &&
           SSL_export_keying_material(ssl, out, 32, label, sizeof label - 1, NULL, 0, 0) == 1;
}

/* RFC 5929: the first Finished of the handshake; the client sends it first,
 * except when a session is resumed. RFC 7627: worth nothing without the
 * extended master secret. */
bool tls_filter_unique(const struct filter *filter, uint8_t *out, size_t *len_out)
{
    enum { UNIQUE_MAX = 64 };
    SSL *ssl = tls_of(filter)->ssl;
    if (SSL_version(ssl) != TLS1_2_VERSION || SSL_get_extms_support(ssl) != 1)
        return false;
    size_t len = SSL_session_reused(ssl) ? SSL_get_finished(ssl, out, UNIQUE_MAX)
                                         : SSL_get_peer_finished(ssl, out, UNIQUE_MAX);
    if (len == 0 || len > UNIQUE_MAX)
        return false;
    *len_out = len;
    return true;
}
