#include "tls_authorities.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "tls_filter.h"

/* The file ------------------------------------------------------------------------------------- */

static const X509 *find_issuer(const STACK_OF(X509_OBJECT) * objects, const X509_CRL *list)
{
    for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
        const X509 *authority = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
        if (authority &&
            X509_NAME_cmp(X509_get_subject_name(authority), X509_CRL_get_issuer(list)) == 0)
            return authority;
    }
    return NULL;
}

/* One that its authority has not signed would be passed over, and who is in it believed. An
 * authority may be missing here: clients bring those below the first with them. */
static int check_list(const STACK_OF(X509_OBJECT) * objects, X509_CRL *list)
{
    const X509 *authority = find_issuer(objects, list);
    if (authority && X509_CRL_verify(list, X509_get0_pubkey(authority)) != 1)
        return tls_fail("a revocation list is not signed by its authority");
    return 0;
}

static int add_certificate(struct digest *digest, const X509 *certificate)
{
    unsigned char octets[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (X509_digest(certificate, EVP_sha256(), octets, &len) != 1)
        return tls_fail("cannot read the authority of clients");
    digest_update(digest, slice_of((const char *)octets, len));
    return 0;
}

static int add_list(struct digest *digest, const X509_CRL *list)
{
    unsigned char octets[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (X509_CRL_digest(list, EVP_sha256(), octets, &len) != 1)
        return tls_fail("cannot read a revocation list");
    digest_update(digest, slice_of((const char *)octets, len));
    return 0;
}

/* Certificates and revocation lists, each by its digest. */
static int add_objects(struct digest *digest, const STACK_OF(X509_OBJECT) * objects,
                       bool *has_lists_out)
{
    int err = 0;
    for (int i = 0; err == 0 && i < sk_X509_OBJECT_num(objects); i++) {
        X509_OBJECT *object = sk_X509_OBJECT_value(objects, i);
        X509_CRL *list = X509_OBJECT_get0_X509_CRL(object);
        if (!list) {
            err = add_certificate(digest, X509_OBJECT_get0_X509(object));
            continue;
        }
        *has_lists_out = true;
        err = check_list(objects, list);
        if (err == 0)
            err = add_list(digest, list);
    }
    return err;
}

static int summarise(const STACK_OF(X509_OBJECT) * objects, bool required,
                     struct tls_authorities *out, bool *has_lists_out)
{
    struct digest *digest;
    int err = digest_new(&digest);
    if (err)
        return err;
    digest_update(digest, required ? SLICE("required") : SLICE("optional"));
    err = add_objects(digest, objects, has_lists_out);
    digest_finish(digest, out->digest);
    digest_free(&digest);
    return err;
}

/* Handshakes ----------------------------------------------------------------------------------- */

/* Authorities above those that issue certificates for people need no list. Whatever else is
 * wrong ends the verification, so there is no earlier failure to be forgotten here. */
static int overlook_missing_lists(int right, X509_STORE_CTX *context)
{
    if (right)
        return 1;
    if (X509_STORE_CTX_get_error(context) != X509_V_ERR_UNABLE_TO_GET_CRL ||
        X509_STORE_CTX_get_error_depth(context) == 0)
        return 0;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

/* A client whose certificate is not believed may log in by its password all the same; what was
 * wrong stays in SSL_get_verify_result(). */
static int go_on(X509_STORE_CTX *context, void *arg)
{
    (void)arg;
    (void)X509_verify_cert(context);
    return 1;
}

static int set_up_handshakes(SSL_CTX *openssl, bool required, bool has_lists)
{
    enum { EACH_LIST_COUNTS = X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL };
    X509_STORE *store = SSL_CTX_get_cert_store(openssl);
    X509_STORE_set_verify_cb(store, overlook_missing_lists);
    if (has_lists && X509_STORE_set_flags(store, EACH_LIST_COUNTS) != 1)
        return tls_fail("cannot check who is believed no more");
    if (required) {
        SSL_CTX_set_verify(openssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    } else {
        SSL_CTX_set_verify(openssl, SSL_VERIFY_PEER, NULL);
        SSL_CTX_set_cert_verify_callback(openssl, go_on, NULL);
    }
    return 0;
}

int tls_authorities_set_up(SSL_CTX *openssl, const struct tls_settings *settings,
                           struct tls_authorities *out)
{
    const char *file = settings->client_ca_file;
    /* The names of the authorities tell clients which certificate is wanted. */
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(file);
    if (!names || SSL_CTX_load_verify_file(openssl, file) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return tls_fail_with_file("cannot use the authority of clients", file);
    }
    SSL_CTX_set_client_CA_list(openssl, names);
    struct tls_authorities authorities = {{0}};
    bool has_lists = false;
    int err = summarise(X509_STORE_get0_objects(SSL_CTX_get_cert_store(openssl)),
                        settings->client_required, &authorities, &has_lists);
    /* A session may only be resumed where its client would be believed today: OpenSSL compares
     * this with what is sealed in the ticket. */
    if (!err &&
        SSL_CTX_set_session_id_context(openssl, authorities.digest, sizeof authorities.digest) != 1)
        err = tls_fail("cannot bind TLS tickets");
    if (!err)
        err = set_up_handshakes(openssl, settings->client_required, has_lists);
    if (!err)
        *out = authorities;
    return err;
}

/* Later ---------------------------------------------------------------------------------------- */

long tls_authorities_judge(SSL_CTX *openssl, SSL *ssl, X509 *certificate)
{
    long result = X509_V_ERR_OUT_OF_MEM;
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    if (context &&
        X509_STORE_CTX_init(context, SSL_CTX_get_cert_store(openssl), certificate,
                            SSL_get_peer_cert_chain(ssl)) == 1 &&
        X509_STORE_CTX_set_default(context, "ssl_client") == 1) {
        X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(context),
                                         SSL_get_security_level(ssl));
        (void)X509_verify_cert(context);
        result = X509_STORE_CTX_get_error(context);
    }
    X509_STORE_CTX_free(context);
    ERR_clear_error();
    return result;
}
