#include "base/digest.h"

#include "support/check.h"

static void check_hex(const uint8_t *octets, size_t length, const char *expected)
{
    struct buffer hex;
    buffer_init(&hex, 0);
    hex_encode(&hex, slice_of((const char *)octets, length));
    buffer_add_char(&hex, '\0');
    CHECK_STR(hex.data, expected);
    buffer_clear(&hex);
}

static const char sha256_abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

void test_digest_sha256_of_known_texts(void)
{
    uint8_t digest[SHA256_SIZE];
    digest_sha256(SLICE("abc"), digest);
    check_hex(digest, sizeof digest, sha256_abc);
    digest_sha256(SLICE(""), digest);
    check_hex(digest, sizeof digest,
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

void test_digest_in_pieces_is_the_same(void)
{
    for (size_t split = 0; split <= 3; split++) {
        struct digest *digest = NULL;
        uint8_t result[SHA256_SIZE];
        CHECK_OK(digest_new(&digest));
        digest_update(digest, slice_sub(SLICE("abc"), 0, split));
        digest_update(digest, slice_sub(SLICE("abc"), split, 3));
        digest_finish(digest, result);
        digest_free(&digest);
        CHECK(digest == NULL);
        digest_free(&digest);
        check_hex(result, sizeof result, sha256_abc);
    }
}

/* RFC 4231 test cases 2 and 6. */
void test_digest_hmac_of_known_texts(void)
{
    uint8_t digest[SHA256_SIZE];
    digest_hmac_sha256(SLICE("Jefe"), SLICE("what do ya want for nothing?"), digest);
    check_hex(digest, sizeof digest,
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    char key[131];
    memset(key, 0xaa, sizeof key);
    digest_hmac_sha256(slice_of(key, sizeof key),
                       SLICE("Test Using Larger Than Block-Size Key - Hash Key First"), digest);
    check_hex(digest, sizeof digest,
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    digest_hmac_sha256(SLICE(""), SLICE(""), digest);
    check_hex(digest, sizeof digest,
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* The example of RFC 7677 section 3, from the password to the client's proof. */
void test_digest_makes_the_scram_example(void)
{
    static const char auth_message[] =
        "n=user,r=rOprNGfwEbeRWgbNEkqO,"
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    struct arena arena;
    struct slice salt;
    struct buffer proof;
    uint8_t salted[SHA256_SIZE], key[SHA256_SIZE], stored[SHA256_SIZE], signature[SHA256_SIZE];
    arena_init(&arena, 0);
    buffer_init(&proof, 0);
    CHECK_OK(base64_decode(&arena, SLICE("W22ZaJ0SNY7soEsUEjb6gQ=="), &salt));
    digest_pbkdf2_sha256(SLICE("pencil"), salt, 4096, salted);
    digest_hmac_sha256(slice_of((char *)salted, sizeof salted), SLICE("Client Key"), key);
    digest_sha256(slice_of((char *)key, sizeof key), stored);
    digest_hmac_sha256(slice_of((char *)stored, sizeof stored), slice_cstr(auth_message),
                       signature);
    for (size_t i = 0; i < sizeof key; i++)
        key[i] ^= signature[i];
    base64_encode(&proof, slice_of((char *)key, sizeof key));
    CHECK_SLICE(buffer_slice(&proof), "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    buffer_clear(&proof);
    arena_clear(&arena);
}

void test_digest_pbkdf2_survives_absurd_counts(void)
{
    uint8_t a[SHA256_SIZE], b[SHA256_SIZE];
    digest_pbkdf2_sha256(SLICE("x"), SLICE("salt"), 0, a);
    digest_pbkdf2_sha256(SLICE("x"), SLICE("salt"), UINT32_MAX, b);
    CHECK(digest_equal(a, b, sizeof a));
}

void test_digest_equal_sees_each_octet(void)
{
    uint8_t a[SHA256_SIZE] = {0}, b[SHA256_SIZE] = {0};
    CHECK(digest_equal(a, b, sizeof a));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] = 1;
        CHECK(!digest_equal(a, b, sizeof a));
        b[i] = 0;
    }
    CHECK(digest_equal(a, b, 0));
}

void test_digest_random_octets_differ(void)
{
    uint8_t a[32] = {0}, b[32] = {0};
    random_octets(a, sizeof a);
    random_octets(b, sizeof b);
    random_octets(b, 0);
    CHECK(!digest_equal(a, b, sizeof a));
}
