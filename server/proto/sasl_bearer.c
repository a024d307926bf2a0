/* OAUTHBEARER (RFC 7628) and XOAUTH2, as Google made it before: a bearer token (RFC 6750). */
#include "sasl_mechanism.h"

#include "base/buffer.h"
#include "base/json.h"

#define SEPARATOR '\1'

struct bearer {
    struct slice authorisation; /* empty: not given */
    struct slice token;         /* empty: the client has none, and asks where to get one */
    struct slice user;          /* XOAUTH2's authorisation */
};

/* Messages ------------------------------------------------------------------------------------- */

/* What stands before the first `end`, which is taken away, too. */
static bool take_until(struct slice *rest, char end, struct slice *out)
{
    size_t at = slice_find(*rest, end);
    if (at == rest->len)
        return false;
    *out = slice_sub(*rest, 0, at);
    *rest = slice_sub(*rest, at + 1, SIZE_MAX);
    return true;
}

/* The value of an Authorization field (RFC 6750 section 2.1). Of another scheme there is no
 * token. */
static struct slice token_of(struct slice value)
{
    static const struct slice scheme = {"Bearer ", 7};
    if (!slice_starts_with_nocase(value, scheme))
        return SLICE_EMPTY;
    return slice_trim(slice_sub(value, scheme.len, SIZE_MAX));
}

static bool is_key(struct slice key)
{
    for (size_t i = 0; i < key.len; i++)
        if (ascii_lower(key.data[i]) < 'a' || ascii_lower(key.data[i]) > 'z')
            return false;
    return key.len > 0;
}

/* *kvpair kvsep (RFC 7628 section 3.1). Of host and port this server has no use. */
static bool parse_pairs(struct slice rest, struct bearer *bearer)
{
    for (;;) {
        struct slice pair, key;
        if (!take_until(&rest, SEPARATOR, &pair))
            return false;
        if (pair.len == 0)
            return rest.len == 0;
        if (!take_until(&pair, '=', &key) || !is_key(key))
            return false;
        if (slice_equal_nocase(key, SLICE("auth")))
            bearer->token = token_of(pair);
        else if (slice_equal_nocase(key, SLICE("user")))
            bearer->user = pair;
    }
}

/* saslname (RFC 5801 section 4): "=2C" is a comma, "=3D" an equals sign. */
static bool unescape(struct slice name, struct arena *arena, struct slice *out)
{
    char *place = arena_alloc(arena, name.len);
    size_t len = 0;
    for (size_t i = 0; place && i < name.len; i++) {
        char c = name.data[i];
        if (c == '=') {
            struct slice code = slice_sub(name, i + 1, 2);
            bool is_comma = slice_equal(code, SLICE("2C"));
            if (!is_comma && !slice_equal(code, SLICE("3D")))
                return false;
            c = is_comma ? ',' : '=';
            i += 2;
        }
        place[len++] = c;
    }
    *out = slice_of(place, len);
    return len > 0;
}

/* gs2-header: no channel binding ("n", or "y": the client could), and as whom. */
static bool parse_header(struct slice *rest, struct arena *arena, struct bearer *bearer)
{
    struct slice binding, name;
    if (!take_until(rest, ',', &binding) || !take_until(rest, ',', &name))
        return false;
    if (!slice_equal(binding, SLICE("n")) && !slice_equal(binding, SLICE("y")))
        return false;
    return name.len == 0 || (slice_starts_with(name, SLICE("a=")) &&
                             unescape(slice_sub(name, 2, SIZE_MAX), arena, &bearer->authorisation));
}

static bool parse_oauthbearer(struct slice message, struct arena *arena, struct bearer *out)
{
    struct slice nothing;
    return parse_header(&message, arena, out) && take_until(&message, SEPARATOR, &nothing) &&
           nothing.len == 0 && parse_pairs(message, out);
}

/* "user=" name ^A "auth=Bearer " token ^A ^A */
static bool parse_xoauth2(struct slice message, struct arena *arena, struct bearer *out)
{
    (void)arena;
    bool is_right = parse_pairs(message, out);
    out->authorisation = out->user;
    return is_right;
}

/* Exchange ------------------------------------------------------------------------------------- */

typedef void (*add_refusal)(const struct sasl *sasl, struct buffer *out);

/* RFC 7628 section 3.2.2 */
static void add_oauthbearer_refusal(const struct sasl *sasl, struct buffer *out)
{
    buffer_add_cstr(out, "{\"status\":\"invalid_token\"");
    if (sasl->callbacks.token_discovery.len > 0) {
        buffer_add_cstr(out, ",\"openid-configuration\":");
        json_write_text(out, sasl->callbacks.token_discovery);
    }
    buffer_add_char(out, '}');
}

static void add_xoauth2_refusal(const struct sasl *sasl, struct buffer *out)
{
    (void)sasl;
    buffer_add_cstr(out, "{\"status\":\"401\",\"schemes\":\"bearer\"}");
}

/* The client is told what is wrong, and has to answer before it has failed (RFC 7628 section
 * 3.2.3). */
static int refuse(struct sasl *sasl, struct exchange *exchange, add_refusal add)
{
    sasl->refusal = *last_error();
    struct buffer text;
    buffer_init(&text, 0);
    add(sasl, &text);
    exchange->progress = SASL_CONTINUE;
    return buffer_keep(&text, exchange->arena, &exchange->challenge);
}

static int check_token(struct sasl *sasl, const struct bearer *bearer)
{
    struct sasl_identity identity;
    int result = bearer->token.len == 0
                     ? fail(ERR_CREDENTIALS, "There is no token")
                     : sasl->callbacks.check_token(sasl->callbacks.arg, bearer->token, &identity);
    return result == 0 ? sasl_set_identity(sasl, &identity, bearer->authorisation) : result;
}

static int step(struct sasl *sasl, struct exchange *exchange,
                bool (*parse)(struct slice message, struct arena *arena, struct bearer *out),
                add_refusal add)
{
    if (sasl->refusal.code)
        return fail(sasl->refusal.code, "%s", sasl->refusal.text);
    exchange->challenge = SLICE_EMPTY;
    exchange->progress = exchange->input.len == 0 ? SASL_CONTINUE : SASL_DONE;
    if (exchange->input.len == 0)
        return 0;
    struct bearer bearer = {SLICE_EMPTY, SLICE_EMPTY, SLICE_EMPTY};
    if (!parse(exchange->input, exchange->arena, &bearer))
        return fail(ERR_SYNTAX, "malformed %s message", sasl->mechanism->name);
    int result = check_token(sasl, &bearer);
    return result == -ERR_CREDENTIALS ? refuse(sasl, exchange, add) : result;
}

int sasl_oauthbearer_step(struct sasl *sasl, struct exchange *exchange)
{
    return step(sasl, exchange, parse_oauthbearer, add_oauthbearer_refusal);
}

int sasl_xoauth2_step(struct sasl *sasl, struct exchange *exchange)
{
    return step(sasl, exchange, parse_xoauth2, add_xoauth2_refusal);
}
