#include "sieve/tag_groups.h"

#include "sieve/compiler.h"
#include "sieve/machine.h"
#include "sieve/mime_value.h"

const struct sieve_tag sieve_tags_index[] = {
    {"index", SIEVE_GROUP_INDEX, SIEVE_NUMBER, SIEVE_EXT_INDEX, 0, false},
    {"last", SIEVE_GROUP_LAST, SIEVE_NOTHING, SIEVE_EXT_INDEX, 0, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

const struct sieve_tag sieve_tags_mime[] = {
    {"mime", SIEVE_GROUP_MIME, SIEVE_NOTHING, SIEVE_EXT_MIME, 0, false},
    {"anychild", SIEVE_GROUP_ANYCHILD, SIEVE_NOTHING, SIEVE_EXT_MIME, 0, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

const struct sieve_tag sieve_tags_mime_options[] = {
    {"type", SIEVE_GROUP_MIME_OPTION, SIEVE_NOTHING, SIEVE_EXT_MIME, SIEVE_MIME_TYPE, false},
    {"subtype", SIEVE_GROUP_MIME_OPTION, SIEVE_NOTHING, SIEVE_EXT_MIME, SIEVE_MIME_SUBTYPE, false},
    {"contenttype", SIEVE_GROUP_MIME_OPTION, SIEVE_NOTHING, SIEVE_EXT_MIME, SIEVE_MIME_CONTENTTYPE,
     false},
    {"param", SIEVE_GROUP_MIME_OPTION, SIEVE_STRINGS, SIEVE_EXT_MIME, SIEVE_MIME_PARAM, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

const struct sieve_value *sieve_call_value(const struct sieve_call *call, unsigned group)
{
    const struct sieve_tag_value *given = sieve_call_tag(call, group);
    return given ? &given->value : NULL;
}

int sieve_run_tag_string(struct sieve_run *run, const struct sieve_call *call, unsigned group,
                         struct slice *out)
{
    const struct sieve_value *value = sieve_call_value(call, group);
    *out = SLICE_EMPTY;
    return value ? sieve_run_string(run, value, out) : 0;
}

int sieve_check_field_tags(struct sieve_compiler *compiler, struct sieve_call *call)
{
    static const struct {
        unsigned tag, needs;
        const char *problem;
    } rules[] = {
        {SIEVE_GROUP_LAST, SIEVE_GROUP_INDEX, ":last needs :index"},
        {SIEVE_GROUP_ANYCHILD, SIEVE_GROUP_MIME, ":anychild needs :mime"},
        {SIEVE_GROUP_MIME_OPTION, SIEVE_GROUP_MIME, "that tag needs :mime"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (sieve_call_tag(call, rules[i].tag) && !sieve_call_tag(call, rules[i].needs))
            return sieve_compile_fail(compiler, call->place, "%s", rules[i].problem);
    }
    const struct sieve_tag_value *index = sieve_call_tag(call, SIEVE_GROUP_INDEX);
    if (index && index->value.number == 0)
        return sieve_compile_fail(compiler, index->value.place, ":index counts from 1");
    return 0;
}
