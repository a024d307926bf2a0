/*
 * The first octet chooses the mechanism; messages follow, each with its length
 * in one octet before it. Nobody gets in: no password and no token is right.
 */
#include "fuzz.h"
#include "proto/sasl.h"

static int find_verifier(void *arg, struct slice user, struct sasl_verifier *out)
{
    (void)arg, (void)user;
    *out = (struct sasl_verifier){.iterations = 4096, .salt_len = 16, .stored_key = {1}};
    return 0;
}

static int check_password(void *arg, struct slice user, struct slice password)
{
    (void)arg;
    fuzz_require(user.len == 0 || password.len == 0 ? "asked about nothing" : NULL);
    return fail(ERR_CREDENTIALS, "wrong");
}

static bool channel_binding(void *arg, bool exporter, uint8_t *out, size_t *len_out)
{
    (void)arg;
    memset(out, 'b', 32);
    *len_out = 32;
    return exporter;
}

static int check_token(void *arg, struct slice token, struct sasl_identity *out)
{
    (void)arg, (void)out;
    fuzz_require(token.len == 0 ? "asked about nothing" : NULL);
    return fail(ERR_CREDENTIALS, "wrong");
}

static int find_certificate(void *arg, struct sasl_identity *out)
{
    (void)arg, (void)out;
    return fail(ERR_CREDENTIALS, "none");
}

static void converse(struct sasl *sasl, struct slice messages, struct arena *arena)
{
    enum sasl_progress progress = SASL_CONTINUE;
    struct slice challenge;
    int result = 0;
    while (result == 0 && messages.len > 0) {
        struct slice message = slice_sub(messages, 1, (unsigned char)messages.data[0]);
        messages = slice_sub(messages, 1 + message.len, messages.len);
        result = sasl_step(sasl, message, arena, &progress, &challenge);
        fuzz_require(result == 0 && progress == SASL_DONE ? "let in" : NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sasl_callbacks callbacks = {.find_verifier = find_verifier,
                                                    .check_password = check_password,
                                                    .channel_binding = channel_binding,
                                                    .check_token = check_token,
                                                    .find_certificate = find_certificate,
                                                    .token_discovery = {"https://\"\n", 10}};
    static const struct sasl_offer all = {true, true, true, true};
    const char *names[SASL_MECHANISM_COUNT];
    size_t count = sasl_mechanisms(&all, names);
    struct arena arena;
    struct sasl *sasl = NULL;
    if (size == 0 || sasl_new(slice_cstr(names[data[0] % count]), &callbacks, &sasl) < 0)
        return 0;
    arena_init(&arena, 1 << 20);
    converse(sasl, fuzz_slice(data + 1, size - 1), &arena);
    arena_clear(&arena);
    sasl_free(&sasl);
    return 0;
}
