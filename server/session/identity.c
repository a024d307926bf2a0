#include "session/identity.h"

#include <stdlib.h>

#include "base/clock.h"

static const struct {
    const char *text;
    enum tls_client_name name;
} certificate_names[] = {{"email", TLS_CLIENT_EMAIL}, {"cn", TLS_CLIENT_COMMON}};

enum { CERTIFICATE_NAMES = sizeof certificate_names / sizeof certificate_names[0] };

struct identity_rules {
    unsigned references;
    struct arena arena;
    struct token_policy *tokens; /* NULL: none are accepted */
    struct slice token_discovery;
    struct tls_context *tls; /* NULL: certificates are not accepted */
    enum tls_client_name names[CERTIFICATE_NAMES];
    size_t name_count;
    struct slice *domains;
    size_t domain_count;
};

/* Settings ---------------------------------------------------------------------------------------
 */

static int add_certificate_name(struct identity_rules *rules, const char *text)
{
    for (size_t i = 0; i < CERTIFICATE_NAMES; i++) {
        if (strcmp(certificate_names[i].text, text) != 0)
            continue;
        if (rules->name_count == CERTIFICATE_NAMES)
            return fail(ERR_INVALID, "names of client certificates: each only once");
        rules->names[rules->name_count++] = certificate_names[i].name;
        return 0;
    }
    return fail(ERR_INVALID, "%s is no name of client certificates: email or cn", text);
}

static int copy_settings(struct identity_rules *rules, const struct identity_settings *settings)
{
    struct slice discovery = slice_cstr(settings->token_discovery);
    rules->token_discovery = arena_copy(&rules->arena, discovery);
    rules->domains = ARENA_ARRAY(&rules->arena, settings->domain_count, struct slice);
    if (!rules->token_discovery.data || !rules->domains)
        return -ERR_NO_MEMORY;
    int err = 0;
    for (size_t i = 0; !err && i < settings->certificate_name_count; i++)
        err = add_certificate_name(rules, settings->certificate_names[i]);
    for (size_t i = 0; !err && i < settings->domain_count; i++) {
        struct slice domain = arena_copy(&rules->arena, slice_cstr(settings->domains[i]));
        rules->domains[rules->domain_count++] = domain;
        err = domain.data ? 0 : -ERR_NO_MEMORY;
    }
    return err;
}

int identity_rules_new(const struct identity_settings *settings, struct identity_rules **out)
{
    struct identity_rules *rules = calloc(1, sizeof *rules);
    if (!rules)
        return fail(ERR_NO_MEMORY, "no memory for identities");
    rules->references = 1;
    arena_init(&rules->arena, 0);
    rules->tls = settings->tls ? tls_context_ref(settings->tls) : NULL;
    int err = copy_settings(rules, settings);
    if (!err && settings->tokens)
        err = token_policy_new(settings->tokens, &rules->tokens);
    if (err) {
        identity_rules_unref(&rules);
        return err;
    }
    *out = rules;
    return 0;
}

struct identity_rules *identity_rules_ref(struct identity_rules *rules)
{
    rules->references++;
    return rules;
}

void identity_rules_unref(struct identity_rules **rules)
{
    struct identity_rules *old = *rules;
    *rules = NULL;
    if (!old || --old->references > 0)
        return;
    token_policy_free(&old->tokens);
    tls_context_unref(&old->tls);
    arena_clear(&old->arena);
    free(old);
}

/* Use ------------------------------------------------------------------------------------------ */

bool identity_accepts_tokens(const struct identity_rules *rules)
{
    return rules->tokens != NULL;
}

struct slice identity_token_discovery(const struct identity_rules *rules)
{
    return rules->token_discovery;
}

int identity_of_token(const struct identity_rules *rules, struct slice token, struct arena *arena,
                      struct slice *name_out)
{
    if (!rules->tokens)
        return fail(ERR_CREDENTIALS, "Tokens are not accepted");
    int64_t now = clock_realtime_us() / 1000000;
    return token_policy_user(rules->tokens, token, now, arena, name_out);
}

bool identity_accepts_certificate(const struct identity_rules *rules, const struct stream *stream)
{
    return stream_tls_client_is_verified(stream, rules->tls);
}

int identity_of_certificate(const struct identity_rules *rules, const struct stream *stream,
                            struct arena *arena, struct slice *name_out)
{
    int err = -ERR_NOT_FOUND;
    for (size_t i = 0; err == -ERR_NOT_FOUND && i < rules->name_count; i++)
        err = stream_tls_client_name(stream, rules->tls, rules->names[i], arena, name_out);
    return err == -ERR_NOT_FOUND
               ? fail(ERR_CREDENTIALS, "The client certificate does not say who it is for")
               : err;
}

struct slice identity_login(const struct identity_rules *rules, struct slice name)
{
    size_t at = name.len;
    while (at > 0 && name.data[at - 1] != '@')
        at--;
    struct slice domain = slice_sub(name, at, SIZE_MAX);
    for (size_t i = 0; at > 1 && i < rules->domain_count; i++)
        if (slice_equal_nocase(domain, rules->domains[i]))
            return slice_sub(name, 0, at - 1);
    return name;
}
