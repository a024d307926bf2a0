#include "token_keys.h"

#include <stdio.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "base/json.h"

enum { SET_SIZE_MAX = 1 << 20 };

/* Takes over the key, also on failure. */
static int add(struct token_keys *keys, struct slice id, struct public_key *key,
               struct arena *arena)
{
    struct slice copy = arena_copy(arena, id);
    int err = copy.data ? 0 : -ERR_NO_MEMORY;
    if (!err && keys->count == TOKEN_KEYS_MAX)
        err = fail(ERR_INVALID, "there are more than %d keys for tokens", (int)TOKEN_KEYS_MAX);
    if (err) {
        public_key_free(&key);
        return err;
    }
    keys->rows[keys->count++] = (struct token_key){copy, key};
    return 0;
}

int token_keys_add_file(struct token_keys *keys, const char *text, struct arena *arena)
{
    /* What stands before a "=" is an id, unless it is the beginning of a path. */
    struct slice id = slice_sub(slice_cstr(text), 0, strcspn(text, "=/"));
    bool has_id = text[id.len] == '=';
    struct public_key *key;
    int err = public_key_load(has_id ? text + id.len + 1 : text, &key);
    return err ? err : add(keys, has_id ? id : SLICE_EMPTY, key, arena);
}

/* Key sets (RFC 7517, RFC 7518 section 6) -------------------------------------------------------
 */

static bool member_is(const struct json_value *row, const char *name, const char *text)
{
    struct slice member;
    return json_read_text(json_read_member(row, name), &member) &&
           slice_equal(member, slice_cstr(text));
}

static bool read_number(const struct json_value *row, const char *name, struct arena *arena,
                        struct slice *out)
{
    struct slice text;
    return json_read_text(json_read_member(row, name), &text) &&
           base64url_decode(arena, text, out) == 0;
}

/* False: a key of a kind that is not known here, or a broken one. */
static bool make_key(const struct json_value *row, struct arena *arena, struct public_key **out)
{
    struct slice first, second;
    if (member_is(row, "kty", "RSA"))
        return read_number(row, "n", arena, &first) && read_number(row, "e", arena, &second) &&
               public_key_from_rsa(first, second, out) == 0;
    return member_is(row, "kty", "EC") && member_is(row, "crv", "P-256") &&
           read_number(row, "x", arena, &first) && read_number(row, "y", arena, &second) &&
           public_key_from_p256(first, second, out) == 0;
}

/* A key may be for encryption, or for one algorithm only (RFC 7517 sections 4.2 and 4.4). */
static bool is_for_tokens(const struct json_value *row, enum signature_algorithm algorithm)
{
    const char *name = algorithm == SIGNATURE_RS256 ? "RS256" : "ES256";
    return (!json_read_member(row, "use") || member_is(row, "use", "sig")) &&
           (!json_read_member(row, "alg") || member_is(row, "alg", name));
}

static int add_row(struct token_keys *keys, const struct json_value *row, struct arena *arena)
{
    struct public_key *key;
    if (!make_key(row, arena, &key))
        return 0;
    struct slice id = SLICE_EMPTY;
    (void)json_read_text(json_read_member(row, "kid"), &id);
    if (is_for_tokens(row, public_key_algorithm(key)))
        return add(keys, id, key, arena);
    public_key_free(&key);
    return 0;
}

static int read_file(const char *file, struct buffer *out)
{
    FILE *stream = fopen(file, "re");
    if (!stream)
        return fail_errno(ERR_IO, "%s", file);
    char *place = buffer_reserve(out, SET_SIZE_MAX);
    size_t len = place ? fread(place, 1, SET_SIZE_MAX, stream) : 0;
    bool is_whole = !ferror(stream) && len < SET_SIZE_MAX;
    fclose(stream);
    buffer_commit(out, len);
    return is_whole ? buffer_check(out) : fail(ERR_IO, "%s cannot be read", file);
}

static int read_set(const char *file, struct json_value **out)
{
    struct buffer text;
    buffer_init(&text, 0);
    int err = read_file(file, &text);
    if (!err)
        err = json_read_object(buffer_slice(&text), out);
    if (err == -ERR_SYNTAX) {
        struct error reason = *last_error();
        err = fail(ERR_SYNTAX, "%s: %s", file, reason.text);
    }
    buffer_clear(&text);
    return err;
}

int token_keys_add_set(struct token_keys *keys, const char *file, struct arena *arena)
{
    struct json_value *set;
    int err = read_set(file, &set);
    if (err)
        return err;
    size_t before = keys->count;
    const struct json_value *rows = json_read_member(set, "keys");
    const struct json_value *row;
    for (size_t i = 0; !err && (row = json_read_element(rows, i)); i++)
        err = add_row(keys, row, arena);
    json_read_free(&set);
    if (!err && keys->count == before)
        err = fail(ERR_INVALID, "%s has no key that can sign a token", file);
    return err;
}

/* Use ------------------------------------------------------------------------------------------ */

void token_keys_clear(struct token_keys *keys)
{
    while (keys->count > 0)
        public_key_free(&keys->rows[--keys->count].key);
}

bool token_keys_verify(const struct token_keys *keys, const struct token *token)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct token_key *row = &keys->rows[i];
        bool is_meant =
            row->id.len == 0 || token->key_id.len == 0 || slice_equal(row->id, token->key_id);
        if (is_meant && public_key_algorithm(row->key) == token->algorithm &&
            public_key_verifies(row->key, token->signed_text, token->signature))
            return true;
    }
    return false;
}
