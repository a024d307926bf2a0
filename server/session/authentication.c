#include "session/authentication.h"

#include <string.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "mail/account.h"

/* What the mechanism asks for while it runs ------------------------------------------------- */

static int find_verifier(void *arg, struct slice user, struct sasl_verifier *out)
{
    const struct authentication *authentication = arg;
    struct verifier verifier;
    int err = account_find_verifier(authentication->mail, user, &verifier);
    if (err)
        return err;
    out->iterations = verifier.iterations;
    out->salt_len = verifier.salt_len;
    memcpy(out->salt, verifier.salt, sizeof out->salt);
    memcpy(out->stored_key, verifier.stored_key, sizeof out->stored_key);
    memcpy(out->server_key, verifier.server_key, sizeof out->server_key);
    return 0;
}

static int check_password(void *arg, struct slice user, struct slice password)
{
    const struct authentication *authentication = arg;
    struct account account;
    return account_check_password(authentication->mail, authentication->arena, user, password,
                                  &account);
}

/* The account behind a name that somebody else vouches for. */
static int find_account(const struct authentication *authentication, struct slice name,
                        struct sasl_identity *out)
{
    struct account account;
    int err = account_find(authentication->mail, authentication->arena,
                           identity_login(authentication->rules, name), &account);
    if (!err)
        *out = (struct sasl_identity){account.login, name};
    return err;
}

static int check_token(void *arg, struct slice token, struct sasl_identity *out)
{
    struct authentication *authentication = arg;
    struct slice name;
    int err = identity_of_token(authentication->rules, token, authentication->arena, &name);
    if (!err)
        err = find_account(authentication, name, out);
    if (err == -ERR_CREDENTIALS)
        authentication->refusal = *last_error();
    return err;
}

static int find_certificate(void *arg, struct sasl_identity *out)
{
    const struct authentication *authentication = arg;
    struct slice name;
    int err = identity_of_certificate(authentication->rules, authentication->stream,
                                      authentication->arena, &name);
    return err ? err : find_account(authentication, name, out);
}

static bool channel_binding(void *arg, bool exporter, uint8_t *out, size_t *len_out)
{
    const struct authentication *authentication = arg;
    if (!exporter)
        return stream_tls_unique(authentication->stream, out, len_out);
    *len_out = 32;
    return stream_tls_exporter(authentication->stream, out);
}

/* The conversation -------------------------------------------------------------------------- */

/* "*" gives up (RFC 3501 section 6.2.2, RFC 5804 section 2.1). */
static int decode_answer(const struct authentication *authentication, struct slice text,
                         struct slice *out)
{
    if (slice_equal(text, SLICE("*")))
        return fail(ERR_SYNTAX, "Authentication was given up");
    return base64_decode(authentication->arena, text, out);
}

static int exchange(const struct authentication *authentication, struct slice challenge, bool last,
                    struct slice *answer_out)
{
    struct buffer text;
    buffer_init(&text, 0);
    base64_encode(&text, challenge);
    struct slice answer = SLICE_EMPTY;
    int err = buffer_check(&text);
    if (!err)
        err = authentication->exchange(authentication->arg, buffer_slice(&text), last, &answer);
    buffer_clear(&text);
    if (err)
        return err;
    struct slice decoded = SLICE_EMPTY;
    err = decode_answer(authentication, answer, &decoded);
    if (!err)
        *answer_out = decoded;
    return err;
}

static int converse(const struct authentication *authentication, struct sasl *sasl,
                    struct slice initial)
{
    struct slice answer = initial;
    int err = initial.len ? decode_answer(authentication, initial, &answer) : 0;
    while (!err) {
        enum sasl_progress progress;
        struct slice challenge = SLICE_EMPTY;
        err = sasl_step(sasl, answer, authentication->arena, &progress, &challenge);
        if (err || (progress == SASL_DONE && challenge.len == 0))
            return err;
        err = exchange(authentication, challenge, progress == SASL_DONE, &answer);
        if (!err && progress == SASL_DONE)
            return 0;
    }
    return err;
}

/* Which ------------------------------------------------------------------------------------- */

size_t authentication_mechanisms(const struct stream *stream, const struct identity_rules *rules,
                                 bool plaintext, const char *out[SASL_MECHANISM_COUNT])
{
    const struct sasl_offer offer = {.tls = stream_is_tls(stream),
                                     .plaintext = plaintext,
                                     .tokens = identity_accepts_tokens(rules),
                                     .certificate = identity_accepts_certificate(rules, stream)};
    return sasl_mechanisms(&offer, out);
}

/* Of a certificate that does not count its owner wants to know why. */
static int refuse_mechanism(const struct authentication *authentication, struct slice mechanism)
{
    struct slice name;
    if (slice_equal_nocase(mechanism, SLICE("EXTERNAL")) && stream_is_tls(authentication->stream)) {
        int err = identity_of_certificate(authentication->rules, authentication->stream,
                                          authentication->arena, &name);
        if (err)
            return err;
    }
    return authentication->plaintext
               ? fail(ERR_INVALID, "No such mechanism")
               : fail(ERR_PRIVACY, "That mechanism is not on offer here without TLS");
}

/* The mechanism's own name for itself, when it is on offer here. */
static int find_mechanism(const struct authentication *authentication, struct slice mechanism,
                          const char **out)
{
    const char *offered[SASL_MECHANISM_COUNT];
    size_t count = authentication_mechanisms(authentication->stream, authentication->rules,
                                             authentication->plaintext, offered);
    for (size_t i = 0; i < count; i++) {
        if (!slice_equal_nocase(mechanism, slice_cstr(offered[i])))
            continue;
        *out = offered[i];
        return 0;
    }
    return refuse_mechanism(authentication, mechanism);
}

/* As whom, if that is somebody else: people type their address where the login is meant. */
static struct slice other_than(const struct authentication *authentication, struct slice user,
                               struct slice authorisation)
{
    bool is_own = slice_equal(identity_login(authentication->rules, authorisation), user);
    return is_own ? SLICE_EMPTY : authorisation;
}

static int copy_name(const struct authentication *authentication, struct slice name,
                     struct slice *out)
{
    struct slice copy = arena_copy(authentication->arena, name);
    if (!copy.data)
        return -ERR_NO_MEMORY;
    *out = copy;
    return 0;
}

static int run(struct authentication *authentication, struct slice mechanism, struct slice initial,
               struct slice *user_out, struct slice *authorisation_out)
{
    struct sasl_callbacks callbacks = {.arg = authentication,
                                       .find_verifier = find_verifier,
                                       .check_password = check_password,
                                       .channel_binding = channel_binding,
                                       .check_token = check_token,
                                       .find_certificate = find_certificate,
                                       .token_discovery =
                                           identity_token_discovery(authentication->rules)};
    const char *name = NULL;
    struct sasl *sasl;
    int err = find_mechanism(authentication, mechanism, &name);
    authentication->mechanism = name;
    if (!err)
        err = sasl_new(slice_cstr(name), &callbacks, &sasl);
    if (err)
        return err;
    struct slice user, authorisation;
    err = converse(authentication, sasl, initial);
    if (!err)
        err = copy_name(authentication, sasl_user(sasl), &user);
    if (!err)
        err = copy_name(authentication,
                        other_than(authentication, sasl_user(sasl), sasl_authorisation(sasl)),
                        &authorisation);
    sasl_free(&sasl);
    if (err)
        return err;
    *user_out = user;
    *authorisation_out = authorisation;
    return 0;
}

int authentication_run(struct authentication *authentication, struct slice mechanism,
                       struct slice initial, struct slice *user_out,
                       struct slice *authorisation_out)
{
    /* A reload may replace the rules while the client is asked. */
    struct identity_rules *rules = identity_rules_ref(authentication->rules);
    int err = run(authentication, mechanism, initial, user_out, authorisation_out);
    identity_rules_unref(&rules);
    return err;
}
