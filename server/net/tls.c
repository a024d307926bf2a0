#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tls_authorities.h"
#include "tls_filter.h"
#include "tls_tickets.h"

struct tls_context {
    SSL_CTX *openssl;
    struct tls_authorities authorities; /* of clients */
    unsigned references;
};

static const struct protocol {
    const char *name;
    int version;
} protocols[] = {{"TLSv1.2", TLS1_2_VERSION}, {"TLSv1.3", TLS1_3_VERSION}};

SSL_CTX *tls_context_openssl(struct tls_context *context)
{
    return context->openssl;
}

bool tls_context_believes_as(const struct tls_context *context, const struct tls_context *other)
{
    return memcmp(&context->authorities, &other->authorities, sizeof context->authorities) == 0;
}

int tls_fail(const char *what)
{
    unsigned long code = ERR_get_error();
    const char *reason = ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code))
                         : code                 ? ERR_reason_error_string(code)
                                                : NULL;
    ERR_clear_error();
    return fail(ERR_TLS, "%s: %s", what, reason ? reason : "unknown reason");
}

int tls_fail_with_file(const char *what, const char *file)
{
    char text[ERROR_TEXT_MAX];
    snprintf(text, sizeof text, "%s %s", what, file);
    return tls_fail(text);
}

/* An encrypted key must not make a server ask at its terminal. */
static int no_password(char *into, int size, int writing, void *arg)
{
    (void)into, (void)size, (void)writing, (void)arg;
    return 0;
}

static int set_protocol(SSL_CTX *openssl, const char *name)
{
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++) {
        if (strcmp(protocols[i].name, name) != 0)
            continue;
        if (!SSL_CTX_set_min_proto_version(openssl, protocols[i].version))
            return tls_fail("cannot set the lowest TLS version");
        return 0;
    }
    return fail(ERR_TLS, "TLS version %s is not TLSv1.2 or TLSv1.3", name);
}

static void set_behaviour(SSL_CTX *openssl)
{
    /* A peer that just closes is common; IMAP has its own framing, so nothing
     * that was cut off is taken for complete. */
    (void)SSL_CTX_set_options(openssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                           SSL_OP_CIPHER_SERVER_PREFERENCE |
                                           SSL_OP_IGNORE_UNEXPECTED_EOF);
    /* An idle connection holds no record buffers; a record is one read. */
    (void)SSL_CTX_set_mode(openssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(openssl, 1);
    /* Resumption by ticket, so that the server remembers no session. */
    (void)SSL_CTX_set_session_cache_mode(openssl, SSL_SESS_CACHE_OFF);
    (void)SSL_CTX_set_num_tickets(openssl, 1);
    SSL_CTX_set_default_passwd_cb(openssl, no_password);
}

static int load(struct tls_context *context, const struct tls_settings *settings)
{
    SSL_CTX *openssl = context->openssl;
    int rc = set_protocol(openssl, settings->minimum_protocol);
    if (rc < 0)
        return rc;
    if (settings->ciphers && !SSL_CTX_set_cipher_list(openssl, settings->ciphers))
        return tls_fail_with_file("cannot use the TLS ciphers", settings->ciphers);
    if (SSL_CTX_use_certificate_chain_file(openssl, settings->certificate_file) != 1)
        return tls_fail_with_file("cannot use the certificate", settings->certificate_file);
    if (SSL_CTX_use_PrivateKey_file(openssl, settings->key_file, SSL_FILETYPE_PEM) != 1)
        return tls_fail_with_file("cannot use the key", settings->key_file);
    if (SSL_CTX_check_private_key(openssl) != 1)
        return tls_fail_with_file("the certificate does not belong to the key", settings->key_file);
    return settings->client_ca_file
               ? tls_authorities_set_up(openssl, settings, &context->authorities)
               : 0;
}

int tls_context_new(const struct tls_settings *settings, struct tls_context **out)
{
    ERR_clear_error();
    struct tls_context *context = calloc(1, sizeof *context);
    if (!context)
        return fail(ERR_NO_MEMORY, "no memory for TLS");
    context->references = 1;
    context->openssl = SSL_CTX_new(TLS_server_method());
    int rc = context->openssl ? 0 : tls_fail("cannot set up TLS");
    if (rc == 0) {
        set_behaviour(context->openssl);
        rc = tls_tickets_set_up(context->openssl);
    }
    if (rc == 0)
        rc = load(context, settings);
    if (rc < 0) {
        tls_context_unref(&context);
        return rc;
    }
    *out = context;
    return 0;
}

struct tls_context *tls_context_ref(struct tls_context *context)
{
    context->references++;
    return context;
}

void tls_context_unref(struct tls_context **context)
{
    struct tls_context *old = *context;
    *context = NULL;
    if (!old || --old->references > 0)
        return;
    SSL_CTX_free(old->openssl);
    free(old);
}
