#include "login_memory.h"

#include <stdlib.h>

#include "engine.h"

enum {
    SETS = 2048,
    WAYS = 5, /* 10,240 logins, 320 KB */
    KEY_SIZE = 32
};

struct login_memory {
    uint8_t key[KEY_SIZE];
    bool has_secret;
    uint8_t secret[SHA256_SIZE];
    uint8_t marks[SETS][WAYS][SHA256_SIZE]; /* all zero: free */
};

int login_memory_open(struct mail *mail)
{
    struct login_memory *memory = calloc(1, sizeof *memory);
    if (!memory)
        return fail(ERR_NO_MEMORY, "Out of memory");
    random_octets(memory->key, sizeof memory->key);
    mail->logins = memory;
    return 0;
}

void login_memory_close(struct mail *mail)
{
    if (!mail->logins)
        return;
    explicit_bzero(mail->logins, sizeof *mail->logins);
    free(mail->logins);
    mail->logins = NULL;
}

/* Hash of hashes: no two different triples are the same octets. */
static void make_mark(const struct login_memory *memory, struct slice login, struct slice verifier,
                      struct slice password, uint8_t mark[SHA256_SIZE])
{
    uint8_t parts[3][SHA256_SIZE];
    struct slice key = slice_of((const char *)memory->key, sizeof memory->key);
    digest_hmac_sha256(key, login, parts[0]);
    digest_hmac_sha256(key, verifier, parts[1]);
    digest_hmac_sha256(key, password, parts[2]);
    digest_hmac_sha256(key, slice_of((const char *)parts, sizeof parts), mark);
    explicit_bzero(parts, sizeof parts);
}

static size_t set_of(const uint8_t mark[SHA256_SIZE])
{
    return ((size_t)mark[0] << 8 | mark[1]) % SETS;
}

bool login_memory_knows(const struct login_memory *memory, struct slice login,
                        struct slice verifier, struct slice password)
{
    uint8_t mark[SHA256_SIZE];
    make_mark(memory, login, verifier, password, mark);
    bool known = false;
    for (size_t way = 0; way < WAYS; way++)
        known |= digest_equal(memory->marks[set_of(mark)][way], mark, SHA256_SIZE);
    return known;
}

static size_t choose_way(const uint8_t (*marks)[SHA256_SIZE])
{
    static const uint8_t free_mark[SHA256_SIZE];
    for (size_t way = 0; way < WAYS; way++)
        if (memcmp(marks[way], free_mark, SHA256_SIZE) == 0)
            return way;
    uint32_t chance;
    random_octets(&chance, sizeof chance);
    return chance % WAYS;
}

void login_memory_add(struct login_memory *memory, struct slice login, struct slice verifier,
                      struct slice password)
{
    uint8_t mark[SHA256_SIZE];
    make_mark(memory, login, verifier, password, mark);
    uint8_t(*marks)[SHA256_SIZE] = memory->marks[set_of(mark)];
    memcpy(marks[choose_way((const uint8_t(*)[SHA256_SIZE])marks)], mark, SHA256_SIZE);
}

const uint8_t *login_memory_secret(const struct login_memory *memory)
{
    return memory->has_secret ? memory->secret : NULL;
}

void login_memory_set_secret(struct login_memory *memory, const uint8_t secret[SHA256_SIZE])
{
    memcpy(memory->secret, secret, SHA256_SIZE);
    memory->has_secret = true;
}
