#include "tls_client.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/digest.h"
#include "tls_filter.h"

/* Whom to believe ------------------------------------------------------------------------------ */

/* A client whose certificate is not believed may log in by its password all the same; what was
 * wrong stays in SSL_get_verify_result(). */
static int go_on(int right, X509_STORE_CTX *context)
{
    (void)right, (void)context;
    return 1;
}

/* Certificates and revocation lists, each by its digest. */
static int add_to_digest(const X509_OBJECT *object, struct digest *digest, bool *is_list_out)
{
    unsigned char octets[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    bool is_list = X509_OBJECT_get_type(object) == X509_LU_CRL;
    int done = is_list
                   ? X509_CRL_digest(X509_OBJECT_get0_X509_CRL((X509_OBJECT *)(uintptr_t)object),
                                     EVP_sha256(), octets, &len)
                   : X509_digest(X509_OBJECT_get0_X509(object), EVP_sha256(), octets, &len);
    if (done != 1)
        return tls_fail("cannot read the authority of clients");
    digest_update(digest, slice_of((const char *)octets, len));
    *is_list_out = is_list;
    return 0;
}

/* A session may only be resumed where its client would be believed today: OpenSSL compares
 * this with what is sealed in the ticket. */
static int bind_tickets(SSL_CTX *openssl, X509_STORE *store, bool required, bool *has_lists_out)
{
    struct digest *digest;
    int rc = digest_new(&digest);
    if (rc < 0)
        return rc;
    digest_update(digest, required ? SLICE("required") : SLICE("optional"));
    const STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);
    bool has_lists = false;
    for (int i = 0; rc == 0 && i < sk_X509_OBJECT_num(objects); i++) {
        bool is_list = false;
        rc = add_to_digest(sk_X509_OBJECT_value(objects, i), digest, &is_list);
        has_lists = has_lists || is_list;
    }
    uint8_t context[SHA256_SIZE];
    digest_finish(digest, context);
    digest_free(&digest);
    if (rc == 0 && SSL_CTX_set_session_id_context(openssl, context, sizeof context) != 1)
        rc = tls_fail("cannot bind TLS tickets");
    if (rc == 0)
        *has_lists_out = has_lists;
    return rc;
}

int tls_client_set_up(SSL_CTX *openssl, const struct tls_settings *settings)
{
    const char *file = settings->client_ca_file;
    /* The names of the authorities tell clients which certificate is wanted. */
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(file);
    if (!names || SSL_CTX_load_verify_file(openssl, file) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return tls_fail_with_file("cannot use the authority of clients", file);
    }
    SSL_CTX_set_client_CA_list(openssl, names);
    X509_STORE *store = SSL_CTX_get_cert_store(openssl);
    bool has_lists = false;
    int rc = bind_tickets(openssl, store, settings->client_required, &has_lists);
    if (rc == 0 && has_lists && X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK) != 1)
        rc = tls_fail("cannot check who is believed no more");
    if (rc < 0)
        return rc;
    if (settings->client_required)
        SSL_CTX_set_verify(openssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    else
        SSL_CTX_set_verify(openssl, SSL_VERIFY_PEER, go_on);
    return 0;
}

/* Who it is --------------------------------------------------------------------------------------
 */

/* What speaks against the certificate; a session may be resumed after it has expired. */
static long verification(SSL *ssl, X509 *certificate)
{
    long result = SSL_get_verify_result(ssl);
    if (result == X509_V_OK && X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0)
        result = X509_V_ERR_CERT_HAS_EXPIRED;
    return result;
}

bool tls_client_is_verified(SSL *ssl)
{
    X509 *certificate = SSL_get0_peer_certificate(ssl);
    return certificate && verification(ssl, certificate) == X509_V_OK;
}

static int find_certificate(SSL *ssl, X509 **out)
{
    X509 *certificate = SSL_get0_peer_certificate(ssl);
    if (!certificate)
        return fail(ERR_CREDENTIALS, "There is no client certificate");
    long result = verification(ssl, certificate);
    if (result != X509_V_OK)
        return fail(ERR_CREDENTIALS, "The client certificate was not accepted: %s",
                    X509_verify_cert_error_string(result));
    *out = certificate;
    return 0;
}

/* NULL: none. To be freed by OPENSSL_free; as the next. */
static char *first_email(X509 *certificate, size_t *len_out)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    char *text = NULL;
    for (int i = 0; !text && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_EMAIL)
            continue;
        *len_out = (size_t)ASN1_STRING_length(name->d.rfc822Name);
        text = OPENSSL_strndup((const char *)ASN1_STRING_get0_data(name->d.rfc822Name), *len_out);
    }
    GENERAL_NAMES_free(names);
    return text;
}

static char *only_common_name(X509 *certificate, size_t *len_out)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
        return NULL;
    unsigned char *text = NULL;
    int len =
        ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (len < 0)
        return NULL;
    *len_out = (size_t)len;
    return (char *)text;
}

int tls_client_name(SSL *ssl, enum tls_client_name which, struct arena *arena, struct slice *out)
{
    X509 *certificate = NULL;
    int rc = find_certificate(ssl, &certificate);
    if (rc < 0)
        return rc;
    size_t len = 0;
    char *text = which == TLS_CLIENT_EMAIL ? first_email(certificate, &len)
                                           : only_common_name(certificate, &len);
    /* What is behind a NUL was not meant to be seen by who issued it. */
    if (!text || len == 0 || strlen(text) != len)
        rc = fail(ERR_NOT_FOUND, "The client certificate has no such name");
    struct slice name = rc == 0 ? arena_copy(arena, slice_of(text, len)) : SLICE_EMPTY;
    OPENSSL_free(text);
    if (rc == 0 && !name.data)
        rc = -ERR_NO_MEMORY;
    if (rc == 0)
        *out = name;
    return rc;
}
