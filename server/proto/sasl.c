#include "sasl_mechanism.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "base/text.h"

/* Names and passwords ------------------------------------------------------------------ */

/* SASLprep (RFC 4013). NULL after fail(); to be freed by gsasl_free. */
static char *prepare(struct slice name)
{
    char copy[SASL_NAME_MAX + 1];
    char *prepared = NULL;
    if (name.len <= SASL_NAME_MAX && text_is_utf8(name)) {
        memcpy(copy, name.data, name.len);
        copy[name.len] = '\0';
        /* GSASL_ALLOW_UNASSIGNED does in libgsasl 2.2.0 the opposite of what
         * it says: with it, all characters younger than Unicode 3.2 fail. */
        gsasl_saslprep(copy, 0, &prepared, NULL);
    }
    if (!prepared)
        (void)fail(ERR_CREDENTIALS, "user name has characters that it cannot have");
    return prepared;
}

int sasl_set_prepared(char **field, struct slice name)
{
    char *prepared = prepare(name);
    if (!prepared)
        return -ERR_CREDENTIALS;
    gsasl_free(*field);
    *field = prepared;
    return 0;
}

int sasl_set_identity(struct sasl *sasl, const struct sasl_identity *identity,
                      struct slice authorisation)
{
    bool is_own = slice_equal(authorisation, identity->name);
    int result = sasl_set_prepared(&sasl->user, identity->user);
    if (result == 0 && authorisation.len > 0 && !is_own)
        result = sasl_set_prepared(&sasl->authorisation, authorisation);
    return result;
}

static int check_password(struct sasl *sasl, struct slice user, struct slice password)
{
    int result = sasl_set_prepared(&sasl->user, user);
    if (result < 0)
        return result;
    if (*sasl->user == '\0' || password.len == 0)
        return fail(ERR_CREDENTIALS, "empty name or password");
    return sasl->callbacks.check_password(sasl->callbacks.arg, slice_cstr(sasl->user), password);
}

/* What libgsasl asks for ------------------------------------------------------------- */

static int set_base64(Gsasl_session *session, Gsasl_property property, const void *octets,
                      size_t len)
{
    struct buffer text;
    buffer_init(&text, 0);
    base64_encode(&text, slice_of(octets, len));
    int result = buffer_check(&text);
    if (result == 0 && gsasl_property_set_raw(session, property, text.data, text.len) != GSASL_OK)
        result = fail(ERR_NO_MEMORY, "out of memory");
    buffer_clear(&text);
    return result;
}

static int set_verifier(Gsasl_session *session, const struct sasl_verifier *verifier)
{
    char iterations[16];
    snprintf(iterations, sizeof iterations, "%" PRIu32, verifier->iterations);
    if (gsasl_property_set(session, GSASL_SCRAM_ITER, iterations) != GSASL_OK)
        return fail(ERR_NO_MEMORY, "out of memory");
    int result = set_base64(session, GSASL_SCRAM_SALT, verifier->salt, verifier->salt_len);
    if (result == 0)
        result = set_base64(session, GSASL_SCRAM_STOREDKEY, verifier->stored_key,
                            sizeof verifier->stored_key);
    if (result == 0)
        result = set_base64(session, GSASL_SCRAM_SERVERKEY, verifier->server_key,
                            sizeof verifier->server_key);
    return result;
}

/* All four SCRAM properties at once, when the first is asked for: the user is
 * known by then. */
static int provide_verifier(struct sasl *sasl, Gsasl_property property)
{
    (void)property;
    struct sasl_verifier verifier;
    struct slice user = slice_cstr(gsasl_property_fast(sasl->session, GSASL_AUTHID));
    int result = sasl_set_prepared(&sasl->user, user);
    if (result == 0)
        result =
            sasl->callbacks.find_verifier(sasl->callbacks.arg, slice_cstr(sasl->user), &verifier);
    return result < 0 ? result : set_verifier(sasl->session, &verifier);
}

static int provide_binding(struct sasl *sasl, Gsasl_property property)
{
    uint8_t octets[64];
    size_t len = 0;
    bool exporter = property == GSASL_CB_TLS_EXPORTER;
    if (!sasl->callbacks.channel_binding(sasl->callbacks.arg, exporter, octets, &len))
        return 0;
    return set_base64(sasl->session, property, octets, len);
}

static int validate_password(struct sasl *sasl, Gsasl_property property)
{
    (void)property;
    return check_password(sasl, slice_cstr(gsasl_property_fast(sasl->session, GSASL_AUTHID)),
                          slice_cstr(gsasl_property_fast(sasl->session, GSASL_PASSWORD)));
}

static const struct {
    Gsasl_property property;
    int (*provide)(struct sasl *sasl, Gsasl_property property);
} properties[] = {
    {GSASL_SCRAM_ITER, provide_verifier},
    {GSASL_CB_TLS_EXPORTER, provide_binding},
    {GSASL_CB_TLS_UNIQUE, provide_binding},
    {GSASL_VALIDATE_SIMPLE, validate_password},
};

static int on_property(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
    (void)library;
    struct sasl *sasl = gsasl_session_hook_get(session);
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
        if (properties[i].property != property)
            continue;
        int result = properties[i].provide(sasl, property);
        if (result < 0)
            sasl->failure = result;
        return result < 0 ? GSASL_AUTHENTICATION_ERROR : GSASL_OK;
    }
    return GSASL_NO_CALLBACK;
}

/* Mechanisms ---------------------------------------------------------------------------- */

/* libgsasl's table of mechanisms: made once, kept as long as the process. */
static Gsasl *library_instance(void)
{
    static Gsasl *instance;
    if (!instance && gsasl_init(&instance) == GSASL_OK)
        gsasl_callback_set(instance, on_property);
    return instance;
}

static int library_failure(int code)
{
    static const struct {
        int code;
        enum err err;
    } rows[] = {
        {GSASL_MECHANISM_PARSE_ERROR, ERR_SYNTAX},
        {GSASL_BASE64_ERROR, ERR_SYNTAX},
        {GSASL_MALLOC_ERROR, ERR_NO_MEMORY},
        {GSASL_CRYPTO_ERROR, ERR_INTERNAL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].code == code)
            return fail(rows[i].err, "%s", gsasl_strerror(code));
    }
    return fail(ERR_CREDENTIALS, "%s", gsasl_strerror(code));
}

static int library_step(struct sasl *sasl, struct exchange *exchange)
{
    char *output = NULL;
    size_t output_len = 0;
    int code =
        gsasl_step(sasl->session, exchange->input.data, exchange->input.len, &output, &output_len);
    if (sasl->failure == 0 && (code == GSASL_OK || code == GSASL_NEEDS_MORE)) {
        exchange->progress = code == GSASL_OK ? SASL_DONE : SASL_CONTINUE;
        exchange->challenge =
            arena_copy(exchange->arena, slice_of(output ? output : "", output_len));
    }
    gsasl_free(output);
    if (sasl->failure < 0)
        return sasl->failure; /* last_error() is the callback's still */
    if (code != GSASL_OK && code != GSASL_NEEDS_MORE)
        return library_failure(code);
    return exchange->challenge.data ? 0 : -ERR_NO_MEMORY;
}

/* LOGIN begins with the server's prompt, but clients put the name into an
 * initial response (RFC 4959) all the same: it answers the prompt not shown. */
static int login_step(struct sasl *sasl, struct exchange *exchange)
{
    if (sasl->state == SASL_BEGINNING && exchange->input.len > 0) {
        struct exchange prompt = {.input = SLICE_EMPTY, .arena = exchange->arena};
        int result = library_step(sasl, &prompt);
        if (result < 0)
            return result;
    }
    return library_step(sasl, exchange);
}

/* RFC 5802 has neither NUL anywhere (libgsasl would cut the message there)... */
static int scram_plus_step(struct sasl *sasl, struct exchange *exchange)
{
    if (slice_find(exchange->input, '\0') < exchange->input.len)
        return fail(ERR_SYNTAX, "NUL in a SCRAM message");
    int result = library_step(sasl, exchange);
    if (result < 0 || exchange->progress != SASL_DONE)
        return result;
    const char *authorisation = gsasl_property_fast(sasl->session, GSASL_AUTHZID);
    if (!authorisation || *authorisation == '\0')
        return 0;
    return sasl_set_prepared(&sasl->authorisation, slice_cstr(authorisation));
}

/* ...nor channel binding without PLUS (libgsasl would accept an empty one). */
static int scram_step(struct sasl *sasl, struct exchange *exchange)
{
    if (sasl->state == SASL_BEGINNING && slice_starts_with(exchange->input, SLICE("p")))
        return fail(ERR_SYNTAX, "channel binding needs SCRAM-SHA-256-PLUS");
    return scram_plus_step(sasl, exchange);
}

/* RFC 4616: [authzid] NUL authcid NUL passwd. Not by libgsasl, which refuses
 * all characters younger than Unicode 3.2 here (see prepare). */
static int plain_step(struct sasl *sasl, struct exchange *exchange)
{
    if (exchange->input.len == 0) {
        exchange->progress = SASL_CONTINUE;
        exchange->challenge = SLICE_EMPTY;
        return 0;
    }
    struct slice rest = exchange->input;
    struct slice authorisation = slice_sub(rest, 0, slice_find(rest, '\0'));
    rest = slice_sub(rest, authorisation.len + 1, rest.len);
    struct slice user = slice_sub(rest, 0, slice_find(rest, '\0'));
    if (user.len == rest.len)
        return fail(ERR_SYNTAX, "malformed PLAIN message");
    struct slice password = slice_sub(rest, user.len + 1, rest.len);
    if (slice_find(password, '\0') < password.len)
        return fail(ERR_SYNTAX, "NUL in a password");
    int result = authorisation.len > 0 ? sasl_set_prepared(&sasl->authorisation, authorisation) : 0;
    if (result == 0)
        result = check_password(sasl, user, password);
    exchange->progress = SASL_DONE;
    exchange->challenge = SLICE_EMPTY;
    return result;
}

static const struct mechanism mechanisms[SASL_MECHANISM_COUNT] = {
    {"EXTERNAL", sasl_external_step, .takes_nothing = true, .needs = {.certificate = true}},
    {"SCRAM-SHA-256-PLUS", scram_plus_step, .by_library = true, .needs = {.tls = true}},
    {"SCRAM-SHA-256", scram_step, .by_library = true},
    {"OAUTHBEARER", sasl_oauthbearer_step, .needs = {.plaintext = true, .tokens = true}},
    {"XOAUTH2", sasl_xoauth2_step, .needs = {.plaintext = true, .tokens = true}},
    {"PLAIN", plain_step, .needs = {.plaintext = true}},
    {"LOGIN", login_step, .by_library = true, .needs = {.plaintext = true}},
};

static bool is_met(const struct sasl_offer *needs, const struct sasl_offer *offer)
{
    return (!needs->tls || offer->tls) && (!needs->plaintext || offer->plaintext) &&
           (!needs->tokens || offer->tokens) && (!needs->certificate || offer->certificate);
}

size_t sasl_mechanisms(const struct sasl_offer *offer, const char *out[SASL_MECHANISM_COUNT])
{
    size_t count = 0;
    for (size_t i = 0; i < SASL_MECHANISM_COUNT; i++)
        if (is_met(&mechanisms[i].needs, offer))
            out[count++] = mechanisms[i].name;
    return count;
}

static const struct mechanism *find_mechanism(struct slice name)
{
    for (size_t i = 0; i < SASL_MECHANISM_COUNT; i++) {
        if (slice_equal_nocase(name, slice_cstr(mechanisms[i].name)))
            return &mechanisms[i];
    }
    return NULL;
}

/* The interface ---------------------------------------------------------------------------- */

int sasl_new(struct slice mechanism, const struct sasl_callbacks *callbacks, struct sasl **out)
{
    const struct mechanism *found = find_mechanism(mechanism);
    if (!found)
        return fail(ERR_NOT_FOUND, "no such mechanism");
    struct sasl *sasl = calloc(1, sizeof *sasl);
    if (!sasl)
        return fail(ERR_NO_MEMORY, "out of memory");
    sasl->mechanism = found;
    sasl->callbacks = *callbacks;
    if (found->by_library) {
        Gsasl *library = library_instance();
        if (!library || gsasl_server_start(library, found->name, &sasl->session) != GSASL_OK) {
            free(sasl);
            return fail(ERR_INTERNAL, "libgsasl does not offer %s", found->name);
        }
        gsasl_session_hook_set(sasl->session, sasl);
    }
    *out = sasl;
    return 0;
}

void sasl_free(struct sasl **sasl)
{
    if (!*sasl)
        return;
    if ((*sasl)->session)
        gsasl_finish((*sasl)->session);
    gsasl_free((*sasl)->user);
    gsasl_free((*sasl)->authorisation);
    free(*sasl);
    *sasl = NULL;
}

static int check_input(const struct sasl *sasl, struct slice input)
{
    if (sasl->state == SASL_ENDED)
        return fail(ERR_WRONG_STATE, "the exchange is over");
    if (input.len > SASL_MESSAGE_MAX)
        return fail(ERR_SYNTAX, "message is longer than %d octets", SASL_MESSAGE_MAX);
    /* Without the check PLAIN would ask for ever. What follows the refusal of a
     * token may be anything. */
    if (input.len == 0 && !sasl->mechanism->takes_nothing && !sasl->refusal.code &&
        (input.data || sasl->state != SASL_BEGINNING))
        return fail(ERR_SYNTAX, "message is empty");
    return 0;
}

int sasl_step(struct sasl *sasl, struct slice input, struct arena *arena,
              enum sasl_progress *progress_out, struct slice *challenge_out)
{
    struct exchange exchange = {
        .input = input.data ? input : SLICE_EMPTY, .given = input.data, .arena = arena};
    int result = check_input(sasl, input);
    if (result == 0)
        result = sasl->mechanism->step(sasl, &exchange);
    bool goes_on = result == 0 && exchange.progress == SASL_CONTINUE;
    sasl->state = goes_on ? SASL_GOING_ON : SASL_ENDED;
    if (result < 0)
        return result;
    *progress_out = exchange.progress;
    *challenge_out = exchange.challenge;
    return 0;
}

struct slice sasl_user(const struct sasl *sasl)
{
    return sasl->user ? slice_cstr(sasl->user) : SLICE_EMPTY;
}

struct slice sasl_authorisation(const struct sasl *sasl)
{
    struct slice authorisation =
        sasl->authorisation ? slice_cstr(sasl->authorisation) : SLICE_EMPTY;
    return slice_equal(authorisation, sasl_user(sasl)) ? SLICE_EMPTY : authorisation;
}
