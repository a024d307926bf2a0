#include "base/signature.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192, P256_SIZE = 32, DER_MAX = 80 };

struct public_key {
    EVP_PKEY *openssl;
    enum signature_algorithm algorithm;
};

static bool is_on_p256(EVP_PKEY *openssl)
{
    char group[32] = "";
    return EVP_PKEY_is_a(openssl, "EC") &&
           EVP_PKEY_get_group_name(openssl, group, sizeof group, NULL) == 1 &&
           strcmp(group, SN_X9_62_prime256v1) == 0;
}

/* RFC 7518 section 3.3: shorter RSA keys are not to be used; longer ones than anybody has
 * would only cost time. */
static bool is_rsa_of_a_good_size(EVP_PKEY *openssl)
{
    int bits = EVP_PKEY_get_bits(openssl);
    return EVP_PKEY_is_a(openssl, "RSA") && bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX;
}

/* Takes over `openssl`; NULL: it could not be read. */
static int adopt(EVP_PKEY *openssl, struct public_key **out)
{
    ERR_clear_error();
    if (!openssl)
        return fail(ERR_INVALID, "there is no public key");
    bool is_rsa = is_rsa_of_a_good_size(openssl);
    struct public_key *key = is_rsa || is_on_p256(openssl) ? calloc(1, sizeof *key) : NULL;
    if (!key) {
        EVP_PKEY_free(openssl);
        return fail(ERR_INVALID, "the key is neither RSA of 2048 to 8192 bits nor on P-256");
    }
    key->openssl = openssl;
    key->algorithm = is_rsa ? SIGNATURE_RS256 : SIGNATURE_ES256;
    *out = key;
    return 0;
}

static EVP_PKEY *read_certificate_key(FILE *stream)
{
    X509 *certificate = PEM_read_X509(stream, NULL, NULL, NULL);
    EVP_PKEY *key = certificate ? X509_get_pubkey(certificate) : NULL;
    X509_free(certificate);
    return key;
}

int public_key_load(const char *file, struct public_key **out)
{
    FILE *stream = fopen(file, "re");
    if (!stream)
        return fail_errno(ERR_IO, "%s", file);
    EVP_PKEY *openssl = PEM_read_PUBKEY(stream, NULL, NULL, NULL);
    if (!openssl) {
        rewind(stream);
        openssl = read_certificate_key(stream);
    }
    fclose(stream);
    if (adopt(openssl, out) == 0)
        return 0;
    struct error reason = *last_error();
    return fail(reason.code, "%s: %s", file, reason.text);
}

/* From what OSSL_PARAM_BLD has gathered. */
static EVP_PKEY *build(const char *type, OSSL_PARAM_BLD *builder)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (parameters && context && EVP_PKEY_fromdata_init(context) == 1 &&
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    return key;
}

static BIGNUM *number(struct slice octets)
{
    return BN_bin2bn((const unsigned char *)octets.data, (int)octets.len, NULL);
}

int public_key_from_rsa(struct slice modulus, struct slice exponent, struct public_key **out)
{
    if (modulus.len > RSA_BITS_MAX / 8 + 1 || exponent.len > sizeof(uint64_t))
        return fail(ERR_INVALID, "the RSA key is too large");
    BIGNUM *n = number(modulus);
    BIGNUM *e = number(exponent);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;
    if (n && e && builder && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1)
        key = build("RSA", builder);
    OSSL_PARAM_BLD_free(builder);
    BN_free(n);
    BN_free(e);
    return adopt(key, out);
}

int public_key_from_p256(struct slice x, struct slice y, struct public_key **out)
{
    if (x.len != P256_SIZE || y.len != P256_SIZE)
        return fail(ERR_INVALID, "a coordinate on P-256 has 32 octets");
    unsigned char point[1 + 2 * P256_SIZE] = {POINT_CONVERSION_UNCOMPRESSED};
    memcpy(point + 1, x.data, P256_SIZE);
    memcpy(point + 1 + P256_SIZE, y.data, P256_SIZE);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;
    if (builder &&
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1,
                                        0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) ==
            1)
        key = build("EC", builder);
    OSSL_PARAM_BLD_free(builder);
    return adopt(key, out);
}

void public_key_free(struct public_key **key)
{
    if (!*key)
        return;
    EVP_PKEY_free((*key)->openssl);
    free(*key);
    *key = NULL;
}

enum signature_algorithm public_key_algorithm(const struct public_key *key)
{
    return key->algorithm;
}

/* ASN.1, as OpenSSL wants it, of two numbers in a row; its length, 0: it cannot be. */
static size_t signature_to_der(struct slice numbers, unsigned char der[DER_MAX])
{
    if (numbers.len != 2 * P256_SIZE)
        return 0;
    ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = number(slice_sub(numbers, 0, P256_SIZE));
    BIGNUM *s = number(slice_sub(numbers, P256_SIZE, P256_SIZE));
    int len = 0;
    if (signature && r && s && ECDSA_SIG_set0(signature, r, s) == 1) {
        r = s = NULL; /* the signature's now */
        len = i2d_ECDSA_SIG(signature, &der);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(signature);
    return len > 0 ? (size_t)len : 0;
}

static bool verifies(EVP_PKEY *openssl, struct slice text, const unsigned char *signature,
                     size_t len)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool right =
        context && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, openssl) == 1 &&
        EVP_DigestVerify(context, signature, len, (const unsigned char *)text.data, text.len) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return right;
}

bool public_key_verifies(const struct public_key *key, struct slice text, struct slice signature)
{
    if (key->algorithm == SIGNATURE_RS256)
        return verifies(key->openssl, text, (const unsigned char *)signature.data, signature.len);
    unsigned char der[DER_MAX];
    size_t len = signature_to_der(signature, der);
    return len > 0 && verifies(key->openssl, text, der, len);
}
