#include "token_maker.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/digest.h"
#include "support/check.h"

void token_add_base64url(struct buffer *out, struct slice octets)
{
    size_t start = out->len;
    base64_encode(out, octets);
    while (out->len > start && out->data[out->len - 1] == '=')
        out->len--;
    for (size_t i = start; i < out->len; i++) {
        if (out->data[i] == '+')
            out->data[i] = '-';
        else if (out->data[i] == '/')
            out->data[i] = '_';
    }
}

/* Two numbers of 32 octets from OpenSSL's ASN.1. */
static size_t to_numbers(unsigned char *signature, size_t len)
{
    const unsigned char *at = signature;
    ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &at, (long)len);
    unsigned char octets[64];
    CHECK_INT(BN_bn2binpad(ECDSA_SIG_get0_r(numbers), octets, 32), 32);
    CHECK_INT(BN_bn2binpad(ECDSA_SIG_get0_s(numbers), octets + 32, 32), 32);
    memcpy(signature, octets, sizeof octets);
    ECDSA_SIG_free(numbers);
    return sizeof octets;
}

static void add_signature(struct buffer *out, EVP_PKEY *key, struct slice text)
{
    unsigned char signature[512];
    size_t len = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    CHECK_INT(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key), 1);
    CHECK_INT(EVP_DigestSign(context, signature, &len, (const unsigned char *)text.data, text.len),
              1);
    EVP_MD_CTX_free(context);
    if (EVP_PKEY_is_a(key, "EC"))
        len = to_numbers(signature, len);
    token_add_base64url(out, slice_of((const char *)signature, len));
}

struct slice token_make(struct arena *arena, EVP_PKEY *key, const char *header, const char *claims)
{
    struct buffer text;
    struct slice token = SLICE_EMPTY;
    buffer_init(&text, 0);
    token_add_base64url(&text, slice_cstr(header));
    buffer_add_char(&text, '.');
    token_add_base64url(&text, slice_cstr(claims));
    struct slice signed_text = arena_copy(arena, buffer_slice(&text));
    buffer_add_char(&text, '.');
    add_signature(&text, key, signed_text);
    CHECK_OK(buffer_keep(&text, arena, &token));
    return token;
}

static FILE *open_file(struct arena *arena, const char **name_out)
{
    char *name = arena_cstr(arena, SLICE("/tmp/token-XXXXXX"));
    int fd = mkstemp(name);
    CHECK(fd >= 0);
    *name_out = name;
    return fdopen(fd, "w");
}

const char *token_key_file(struct arena *arena, EVP_PKEY *key)
{
    const char *name;
    FILE *file = open_file(arena, &name);
    CHECK_INT(PEM_write_PUBKEY(file, key), 1);
    CHECK_INT(fclose(file), 0);
    return name;
}

const char *token_file(struct arena *arena, struct slice text)
{
    const char *name;
    FILE *file = open_file(arena, &name);
    CHECK_INT(fwrite(text.data, 1, text.len, file), text.len);
    CHECK_INT(fclose(file), 0);
    return name;
}
