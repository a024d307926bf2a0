#include "base/signature.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/digest.h"
#include "support/check.h"

/* RFC 7515 appendices A.2 and A.3: the same text, signed by both algorithms. */
#define CLAIMS                                                                                     \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"                             \
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

static const char rsa_modulus[] =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4"
    "d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5re"
    "xMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxX"
    "FvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
static const char rsa_signature[] =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
    "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
    "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
    "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
static const char ec_x[] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
static const char ec_y[] = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
static const char ec_signature[] =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

static struct arena arena;

static struct slice decoded(const char *text)
{
    struct slice octets = SLICE_EMPTY;
    CHECK_OK(base64url_decode(&arena, slice_cstr(text), &octets));
    return octets;
}

/* Right as it is, wrong with any of its octets, or the text's, changed. */
static void check_signature(const struct public_key *key, struct slice text, struct slice signature)
{
    CHECK(public_key_verifies(key, text, signature));
    for (size_t i = 0; i < signature.len; i++) {
        struct slice copy = arena_copy(&arena, signature);
        ((char *)(uintptr_t)copy.data)[i] ^= 1;
        CHECK(!public_key_verifies(key, text, copy));
        CHECK(!public_key_verifies(key, text, slice_sub(signature, 0, i)));
    }
    CHECK(!public_key_verifies(key, slice_sub(text, 0, text.len - 1), signature));
    CHECK(!public_key_verifies(key, text, SLICE_EMPTY));
}

void test_signature_rs256_of_rfc_7515(void)
{
    struct public_key *key = NULL;
    arena_init(&arena, 0);
    CHECK_OK(public_key_from_rsa(decoded(rsa_modulus), decoded("AQAB"), &key));
    CHECK_INT(public_key_algorithm(key), SIGNATURE_RS256);
    check_signature(key, SLICE("eyJhbGciOiJSUzI1NiJ9." CLAIMS), decoded(rsa_signature));
    CHECK(!public_key_verifies(key, SLICE("eyJhbGciOiJFUzI1NiJ9." CLAIMS), decoded(ec_signature)));
    public_key_free(&key);
    CHECK(key == NULL);
    public_key_free(&key);
    arena_clear(&arena);
}

void test_signature_es256_of_rfc_7515(void)
{
    struct public_key *key = NULL;
    arena_init(&arena, 0);
    CHECK_OK(public_key_from_p256(decoded(ec_x), decoded(ec_y), &key));
    CHECK_INT(public_key_algorithm(key), SIGNATURE_ES256);
    check_signature(key, SLICE("eyJhbGciOiJFUzI1NiJ9." CLAIMS), decoded(ec_signature));
    CHECK(!public_key_verifies(key, SLICE("eyJhbGciOiJSUzI1NiJ9." CLAIMS), decoded(rsa_signature)));
    char zeros[64] = "";
    CHECK(!public_key_verifies(key, SLICE("x"), slice_of(zeros, sizeof zeros)));
    public_key_free(&key);
    arena_clear(&arena);
}

void test_signature_refuses_weak_and_broken_keys(void)
{
    struct public_key *key = NULL;
    arena_init(&arena, 0);
    struct slice modulus = decoded(rsa_modulus), x = decoded(ec_x), y = decoded(ec_y);
    CHECK_ERR(public_key_from_rsa(slice_sub(modulus, 0, 128), SLICE("\3"), &key), ERR_INVALID);
    CHECK_ERR(public_key_from_rsa(SLICE_EMPTY, SLICE_EMPTY, &key), ERR_INVALID);
    CHECK_ERR(public_key_from_rsa(modulus, modulus, &key), ERR_INVALID);
    CHECK_ERR(public_key_from_p256(x, x, &key), ERR_INVALID); /* not on the curve */
    CHECK_ERR(public_key_from_p256(x, slice_sub(y, 1, 31), &key), ERR_INVALID);
    CHECK(key == NULL);
    arena_clear(&arena);
}

/* Files -------------------------------------------------------------------------------------- */

static int load(void (*write)(FILE *file, EVP_PKEY *key), EVP_PKEY *made, struct public_key **out)
{
    char name[] = "/tmp/key-XXXXXX";
    int fd = mkstemp(name);
    FILE *file = fdopen(fd, "w");
    CHECK(file != NULL);
    write(file, made);
    CHECK_INT(fclose(file), 0);
    int result = public_key_load(name, out);
    if (result < 0)
        CHECK(strstr(last_error()->text, name) != NULL);
    CHECK_INT(unlink(name), 0);
    EVP_PKEY_free(made);
    return result;
}

static void write_public(FILE *file, EVP_PKEY *key)
{
    CHECK_INT(PEM_write_PUBKEY(file, key), 1);
}

static void write_private(FILE *file, EVP_PKEY *key)
{
    CHECK_INT(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
}

static void write_certificate(FILE *file, EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    CHECK(X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != NULL);
    CHECK(X509_gmtime_adj(X509_getm_notAfter(certificate), 60) != NULL);
    CHECK_INT(X509_set_pubkey(certificate, key), 1);
    CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
    CHECK_INT(PEM_write_X509(file, certificate), 1);
    X509_free(certificate);
}

void test_signature_loads_keys_and_certificates(void)
{
    struct public_key *key = NULL;
    CHECK_OK(load(write_public, EVP_RSA_gen(2048), &key));
    CHECK_INT(public_key_algorithm(key), SIGNATURE_RS256);
    public_key_free(&key);
    CHECK_OK(load(write_certificate, EVP_EC_gen("P-256"), &key));
    CHECK_INT(public_key_algorithm(key), SIGNATURE_ES256);
    public_key_free(&key);
}

void test_signature_says_which_file_is_wrong(void)
{
    struct public_key *key = NULL;
    CHECK_ERR(load(write_private, EVP_EC_gen("P-256"), &key), ERR_INVALID);
    CHECK_ERR(load(write_public, EVP_EC_gen("P-384"), &key), ERR_INVALID);
    CHECK_ERR(load(write_public, EVP_RSA_gen(1024), &key), ERR_INVALID);
    CHECK_ERR(load(write_public, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), &key), ERR_INVALID);
    CHECK_ERR(public_key_load("/nonexistent/key.pem", &key), ERR_IO);
    CHECK(key == NULL);
}
