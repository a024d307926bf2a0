#include "tls_client.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tls_filter.h"

/* What speaks against the certificate, which may have expired since it was looked at. */
static long verification(const struct filter *tls, struct tls_context *today, X509 *certificate)
{
    long result = tls_filter_verification(tls, today, certificate);
    if (result == X509_V_OK && X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0)
        result = X509_V_ERR_CERT_HAS_EXPIRED;
    return result;
}

static X509 *certificate_of(const struct filter *tls)
{
    return SSL_get0_peer_certificate(tls_filter_openssl(tls));
}

bool tls_client_is_verified(const struct filter *tls, struct tls_context *today)
{
    X509 *certificate = certificate_of(tls);
    return certificate && verification(tls, today, certificate) == X509_V_OK;
}

static int find_certificate(const struct filter *tls, struct tls_context *today, X509 **out)
{
    X509 *certificate = certificate_of(tls);
    if (!certificate)
        return fail(ERR_CREDENTIALS, "There is no client certificate");
    long result = verification(tls, today, certificate);
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

int tls_client_name(const struct filter *tls, struct tls_context *today, enum tls_client_name which,
                    struct arena *arena, struct slice *out)
{
    X509 *certificate = NULL;
    int rc = find_certificate(tls, today, &certificate);
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
