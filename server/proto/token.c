#include "proto/token.h"

#include "base/digest.h"
#include "base/json.h"

/* The three parts (RFC 7515 section 7.1) ------------------------------------------------------ */

struct parts {
    struct slice header;
    struct slice claims;
    struct slice signature;
};

static int split(struct slice text, struct parts *out)
{
    struct parts parts;
    parts.header = slice_sub(text, 0, slice_find(text, '.'));
    struct slice rest = slice_sub(text, parts.header.len + 1, SIZE_MAX);
    parts.claims = slice_sub(rest, 0, slice_find(rest, '.'));
    if (parts.claims.len == rest.len)
        return fail(ERR_SYNTAX, "The token does not have three parts");
    parts.signature = slice_sub(rest, parts.claims.len + 1, SIZE_MAX);
    *out = parts;
    return 0;
}

static int read_part(struct slice part, struct arena *arena, struct json_value **out)
{
    struct slice text;
    int err = base64url_decode(arena, part, &text);
    return err ? err : json_read_object(text, out);
}

/* The header (RFC 7515 section 4.1) -------------------------------------------------------------
 */

/* "none" and what is made with a shared secret are no algorithms here (RFC 8725 section 3.1). */
static const struct {
    struct slice name;
    enum signature_algorithm algorithm;
} algorithms[] = {{{"RS256", 5}, SIGNATURE_RS256}, {{"ES256", 5}, SIGNATURE_ES256}};

static int read_algorithm(const struct json_value *header, enum signature_algorithm *out)
{
    struct slice name;
    if (!json_read_text(json_read_member(header, "alg"), &name))
        return fail(ERR_SYNTAX, "The token does not say how it is signed");
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        if (!slice_equal(name, algorithms[i].name))
            continue;
        *out = algorithms[i].algorithm;
        return 0;
    }
    return fail(ERR_INVALID, "The token is signed in a way that is not accepted");
}

/* RFC 8725 section 3.11: an issuer signs other things, too, such as news of a logout. Access
 * tokens are of these types, if they have one (RFC 7519 section 5.1, RFC 9068 section 2.1). */
static bool is_of_accepted_type(const struct json_value *header)
{
    static const struct slice types[] = {
        {"JWT", 3}, {"at+jwt", 6}, {"application/jwt", 15}, {"application/at+jwt", 18}};
    const struct json_value *member = json_read_member(header, "typ");
    struct slice type;
    if (!member)
        return true;
    if (!json_read_text(member, &type))
        return false;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (slice_equal_nocase(type, types[i]))
            return true;
    return false;
}

static int read_header(struct token *token)
{
    /* RFC 7515 section 4.1.11: nothing that must be understood is understood here. */
    if (json_read_member(token->header, "crit"))
        return fail(ERR_INVALID, "The token has extensions that are not known");
    if (!is_of_accepted_type(token->header))
        return fail(ERR_INVALID, "The token is of another type");
    const struct json_value *key_id = json_read_member(token->header, "kid");
    if (key_id && !json_read_text(key_id, &token->key_id))
        return fail(ERR_SYNTAX, "The token's key id is not a text");
    return read_algorithm(token->header, &token->algorithm);
}

/* The claims (RFC 7519 section 4.1) -------------------------------------------------------------
 */

static int check_times(const struct token *token)
{
    static const char *const names[] = {"exp", "nbf"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct json_value *time = json_read_member(token->claims, names[i]);
        int64_t seconds;
        if (time && !json_read_integer(time, &seconds))
            return fail(ERR_SYNTAX, "The token's %s is not a time", names[i]);
    }
    return 0;
}

static int read_parts(const struct parts *parts, struct arena *arena, struct token *token)
{
    int err = read_part(parts->header, arena, &token->header);
    if (!err)
        err = read_header(token);
    if (!err)
        err = read_part(parts->claims, arena, &token->claims);
    if (!err)
        err = check_times(token);
    return err ? err : base64url_decode(arena, parts->signature, &token->signature);
}

int token_parse(struct slice text, struct arena *arena, struct token *out)
{
    struct parts parts;
    int err = split(text, &parts);
    if (err)
        return err;
    struct token token = {.key_id = SLICE_EMPTY,
                          .signed_text =
                              slice_sub(text, 0, parts.header.len + 1 + parts.claims.len)};
    err = read_parts(&parts, arena, &token);
    if (err) {
        token_clear(&token);
        return err;
    }
    *out = token;
    return 0;
}

void token_clear(struct token *token)
{
    json_read_free(&token->header);
    json_read_free(&token->claims);
}

bool token_is_from(const struct token *token, struct slice issuer)
{
    struct slice name;
    return json_read_text(json_read_member(token->claims, "iss"), &name) &&
           slice_equal(name, issuer);
}

/* RFC 7519 section 4.1.3: one text or a list of them. */
bool token_is_for(const struct token *token, struct slice audience)
{
    const struct json_value *member = json_read_member(token->claims, "aud");
    struct slice name;
    if (json_read_text(member, &name))
        return slice_equal(name, audience);
    const struct json_value *element;
    for (size_t i = 0; (element = json_read_element(member, i)); i++)
        if (json_read_text(element, &name) && slice_equal(name, audience))
            return true;
    return false;
}

bool token_expiry(const struct token *token, int64_t *out)
{
    return json_read_integer(json_read_member(token->claims, "exp"), out);
}

bool token_beginning(const struct token *token, int64_t *out)
{
    return json_read_integer(json_read_member(token->claims, "nbf"), out);
}

bool token_is_bound(const struct token *token)
{
    return json_read_member(token->claims, "cnf") != NULL;
}

bool token_claim(const struct token *token, const char *name, struct slice *out)
{
    struct slice text;
    if (!json_read_text(json_read_member(token->claims, name), &text) || text.len == 0)
        return false;
    *out = text;
    return true;
}

bool token_email_is_unverified(const struct token *token)
{
    const struct json_value *verified = json_read_member(token->claims, "email_verified");
    struct slice text; /* some issuers write it as one */
    bool is_true = json_read_true(verified) ||
                   (json_read_text(verified, &text) && slice_equal(text, SLICE("true")));
    return verified && !is_true;
}
