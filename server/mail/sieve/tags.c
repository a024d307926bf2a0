/* The tags that many tests share: match types, comparators, address parts. */
#include "sieve/address_part.h"
#include "sieve/compiler.h"
#include "sieve/match.h"

const struct sieve_tag sieve_tags_match[] = {
    {"is", SIEVE_GROUP_MATCH, SIEVE_NOTHING, SIEVE_EXT_NONE, SIEVE_MATCH_IS, false},
    {"contains", SIEVE_GROUP_MATCH, SIEVE_NOTHING, SIEVE_EXT_NONE, SIEVE_MATCH_CONTAINS, false},
    {"matches", SIEVE_GROUP_MATCH, SIEVE_NOTHING, SIEVE_EXT_NONE, SIEVE_MATCH_MATCHES, false},
    {"regex", SIEVE_GROUP_MATCH, SIEVE_NOTHING, SIEVE_EXT_REGEX, SIEVE_MATCH_REGEX, false},
    {"value", SIEVE_GROUP_MATCH, SIEVE_STRING, SIEVE_EXT_RELATIONAL, SIEVE_MATCH_VALUE, true},
    {"count", SIEVE_GROUP_MATCH, SIEVE_STRING, SIEVE_EXT_RELATIONAL, SIEVE_MATCH_COUNT, true},
    {"comparator", SIEVE_GROUP_COMPARATOR, SIEVE_STRING, SIEVE_EXT_NONE, 0, true},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

const struct sieve_tag sieve_tags_address_part[] = {
    {"all", SIEVE_GROUP_ADDRESS_PART, SIEVE_NOTHING, SIEVE_EXT_NONE, SIEVE_PART_ALL, false},
    {"localpart", SIEVE_GROUP_ADDRESS_PART, SIEVE_NOTHING, SIEVE_EXT_NONE, SIEVE_PART_LOCALPART,
     false},
    {"domain", SIEVE_GROUP_ADDRESS_PART, SIEVE_NOTHING, SIEVE_EXT_NONE, SIEVE_PART_DOMAIN, false},
    {"user", SIEVE_GROUP_ADDRESS_PART, SIEVE_NOTHING, SIEVE_EXT_SUBADDRESS, SIEVE_PART_USER, false},
    {"detail", SIEVE_GROUP_ADDRESS_PART, SIEVE_NOTHING, SIEVE_EXT_SUBADDRESS, SIEVE_PART_DETAIL,
     false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

static int read_match_type(struct sieve_compiler *compiler, const struct sieve_call *call,
                           struct sieve_match *match)
{
    const struct sieve_tag_value *given = sieve_call_tag(call, SIEVE_GROUP_MATCH);
    if (!given)
        return 0;
    match->type = (enum sieve_match_type)given->tag->choice;
    if (given->tag->type == SIEVE_STRING &&
        !sieve_relation_find(given->value.texts[0].constant, &match->relation))
        return sieve_compile_fail(compiler, given->value.place,
                                  "\":%s\" takes gt, ge, lt, le, eq or ne", given->tag->name);
    return 0;
}

/* RFC 5228 section 2.7.3: two are there without a require. */
static int read_comparator(struct sieve_compiler *compiler, const struct sieve_call *call,
                           struct sieve_match *match)
{
    static const enum sieve_extension extensions[] = {
        [SIEVE_ASCII_CASEMAP] = SIEVE_EXT_COMPARATOR_CASEMAP,
        [SIEVE_OCTET] = SIEVE_EXT_COMPARATOR_OCTET,
        [SIEVE_ASCII_NUMERIC] = SIEVE_EXT_COMPARATOR_NUMERIC,
        [SIEVE_UNICODE_CASEMAP] = SIEVE_EXT_COMPARATOR_UNICODE,
    };
    const struct sieve_tag_value *given = sieve_call_tag(call, SIEVE_GROUP_COMPARATOR);
    if (!given)
        return 0;
    struct slice name = given->value.texts[0].constant;
    if (!sieve_comparator_find(name, &match->comparator))
        return sieve_compile_fail(compiler, given->value.place, "there is no comparator \"%.*s\"",
                                  SLICE_ARGS(name));
    enum sieve_extension extension = extensions[match->comparator];
    if (!sieve_compile_has(compiler, extension))
        return sieve_compile_fail(compiler, given->value.place,
                                  "this comparator needs require \"%s\"",
                                  sieve_extension_name(extension));
    return 0;
}

/* Regular expressions that are constant must be valid now. Keys are the last argument. */
static int check_expressions(struct sieve_compiler *compiler, const struct sieve_call *call,
                             const struct sieve_match *match)
{
    size_t last = 0;
    while (last + 1 < SIEVE_PARAMETERS_MAX && call->row->parameters[last + 1].name)
        last++;
    const struct sieve_value *keys = &call->arguments[last];
    for (size_t i = 0; match->type == SIEVE_MATCH_REGEX && i < keys->count; i++) {
        struct sieve_key *key = NULL;
        if (keys->texts[i].piece_count == 0 &&
            sieve_key_new(match, keys->texts[i].constant, &key) < 0)
            return sieve_compile_fail(compiler, keys->place, "%s", last_error()->text);
        sieve_key_free(&key);
    }
    return 0;
}

int sieve_check_match(struct sieve_compiler *compiler, struct sieve_call *call)
{
    struct sieve_match *match = ARENA_NEW(sieve_compile_arena(compiler), struct sieve_match);
    if (!match)
        return -ERR_NO_MEMORY;
    int result = read_match_type(compiler, call, match);
    if (result == 0)
        result = read_comparator(compiler, call, match);
    if (result < 0)
        return result;
    if (sieve_match_check(match) < 0)
        return sieve_compile_fail(compiler, call->place, "%s", last_error()->text);
    call->match = match;
    return check_expressions(compiler, call, match);
}
