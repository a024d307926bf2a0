#include "verifier.h"

#include "base/digest.h"
#include "base/text.h"
#include "fiber/loop.h"

#define VERIFIER_PREFIX "SCRAM-SHA-256$"

static struct slice octets_of(const uint8_t *octets, size_t len)
{
    return slice_of((const char *)octets, len);
}

/* Hashing --------------------------------------------------------------------------- */

struct hash_job {
    struct slice password;
    struct slice salt;
    uint32_t iterations;
    uint8_t salted[SHA256_SIZE];
};

/* On the thread pool: touches nothing but the job. */
static void hash(void *arg)
{
    struct hash_job *job = arg;
    digest_pbkdf2_sha256(job->password, job->salt, job->iterations, job->salted);
}

/* StoredKey and ServerKey of RFC 5802 section 3. */
static void derive_keys(struct slice password, struct verifier *verifier)
{
    struct buffer prepared;
    buffer_init(&prepared, 0);
    text_prepare_password(password, &prepared);
    struct hash_job job = {.password = buffer_slice(&prepared),
                           .salt = octets_of(verifier->salt, verifier->salt_len),
                           .iterations = verifier->iterations};
    offload(hash, &job);
    struct slice salted = octets_of(job.salted, sizeof job.salted);
    uint8_t client_key[SHA256_SIZE];
    digest_hmac_sha256(salted, SLICE("Client Key"), client_key);
    digest_sha256(octets_of(client_key, sizeof client_key), verifier->stored_key);
    digest_hmac_sha256(salted, SLICE("Server Key"), verifier->server_key);
    explicit_bzero(client_key, sizeof client_key);
    explicit_bzero(job.salted, sizeof job.salted);
    if (prepared.data)
        explicit_bzero(prepared.data, prepared.size);
    buffer_clear(&prepared);
}

bool verifier_accepts(const struct verifier *verifier, struct slice password)
{
    struct verifier candidate = *verifier;
    derive_keys(password, &candidate);
    return digest_equal(candidate.stored_key, verifier->stored_key, SHA256_SIZE);
}

void verifier_make_up(struct slice secret, struct slice login, struct verifier *out)
{
    uint8_t salt[SHA256_SIZE], key[SHA256_SIZE];
    digest_hmac_sha256(secret, login, key);
    digest_hmac_sha256(octets_of(key, sizeof key), SLICE("salt"), salt);
    *out = (struct verifier){.iterations = VERIFIER_ITERATIONS, .salt_len = VERIFIER_SALT_SIZE};
    memcpy(out->salt, salt, VERIFIER_SALT_SIZE);
    digest_hmac_sha256(octets_of(key, sizeof key), SLICE("stored key"), out->stored_key);
    digest_hmac_sha256(octets_of(key, sizeof key), SLICE("server key"), out->server_key);
}

/* The stored form --------------------------------------------------------------------- */

int verifier_make(struct slice password, struct buffer *out)
{
    struct verifier verifier = {.iterations = VERIFIER_ITERATIONS, .salt_len = VERIFIER_SALT_SIZE};
    random_octets(verifier.salt, verifier.salt_len);
    derive_keys(password, &verifier);
    buffer_add_cstr(out, VERIFIER_PREFIX);
    buffer_add_u64(out, verifier.iterations);
    buffer_add_char(out, ':');
    base64_encode(out, octets_of(verifier.salt, verifier.salt_len));
    buffer_add_char(out, '$');
    base64_encode(out, octets_of(verifier.stored_key, SHA256_SIZE));
    buffer_add_char(out, ':');
    base64_encode(out, octets_of(verifier.server_key, SHA256_SIZE));
    return buffer_check(out);
}

/* The text up to `end` as a word, which then begins behind it. */
static bool take_until(struct slice *text, char end, struct slice *word_out)
{
    size_t at = slice_find(*text, end);
    if (at == text->len)
        return false;
    *word_out = slice_sub(*text, 0, at);
    *text = slice_sub(*text, at + 1, text->len);
    return true;
}

static bool decode(struct arena *arena, struct slice text, uint8_t *out, size_t min, size_t max,
                   size_t *len_out)
{
    struct slice octets;
    if (base64_decode(arena, text, &octets) != 0 || octets.len < min || octets.len > max)
        return false;
    memcpy(out, octets.data, octets.len);
    *len_out = octets.len;
    return true;
}

static bool parse(struct slice text, struct arena *arena, struct verifier *out)
{
    struct slice iterations, salt, stored_key;
    size_t len;
    if (!slice_starts_with(text, SLICE(VERIFIER_PREFIX)))
        return false;
    text = slice_sub(text, strlen(VERIFIER_PREFIX), text.len);
    return take_until(&text, ':', &iterations) && take_until(&text, '$', &salt) &&
           take_until(&text, ':', &stored_key) && slice_to_u32(iterations, &out->iterations) &&
           out->iterations > 0 &&
           decode(arena, salt, out->salt, 1, sizeof out->salt, &out->salt_len) &&
           decode(arena, stored_key, out->stored_key, SHA256_SIZE, SHA256_SIZE, &len) &&
           decode(arena, text, out->server_key, SHA256_SIZE, SHA256_SIZE, &len);
}

int verifier_parse(struct slice text, struct verifier *out)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct verifier verifier = {0};
    bool ok = parse(text, &arena, &verifier);
    arena_clear(&arena);
    if (!ok)
        return fail(ERR_CORRUPT, "This is not a SCRAM-SHA-256 verifier");
    *out = verifier;
    return 0;
}
