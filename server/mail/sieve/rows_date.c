/* The tests date and currentdate (RFC 5260). */
#include "sieve/compiler.h"
#include "sieve/date.h"
#include "sieve/parts.h"
#include "sieve/rows.h"
#include "sieve/tag_groups.h"

enum { ZONE_GIVEN, ZONE_ORIGINAL };

static const struct sieve_tag zone_tags[] = {
    {"zone", SIEVE_GROUP_ZONE, SIEVE_STRING, SIEVE_EXT_DATE, ZONE_GIVEN, false},
    {"originalzone", SIEVE_GROUP_ZONE, SIEVE_NOTHING, SIEVE_EXT_DATE, ZONE_ORIGINAL, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

/* currentdate has no zone that it was written in. */
static const struct sieve_tag given_zone_tags[] = {
    {"zone", SIEVE_GROUP_ZONE, SIEVE_STRING, SIEVE_EXT_DATE, ZONE_GIVEN, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

/* Checks ------------------------------------------------------------------------------ */

static bool is_zone(struct slice text)
{
    int32_t minutes;
    return sieve_zone_read(text, &minutes);
}

static int check_zone_and_part(struct sieve_compiler *compiler, const struct sieve_call *call,
                               const struct sieve_value *part)
{
    const struct sieve_tag_value *zone = sieve_call_tag(call, SIEVE_GROUP_ZONE);
    if (zone && zone->tag->choice == ZONE_GIVEN) {
        int result = sieve_check_strings(compiler, &zone->value, is_zone, "the time zone");
        if (result < 0)
            return result;
    }
    return sieve_check_strings(compiler, part, sieve_date_part_exists, "the part of the date");
}

enum { DATE_HEADER, DATE_PART, DATE_KEYS };

static int check_date(struct sieve_compiler *compiler, struct sieve_call *call)
{
    int result = sieve_check_field_tags(compiler, call);
    if (result == 0)
        result = check_zone_and_part(compiler, call, &call->arguments[DATE_PART]);
    return result;
}

enum { CURRENTDATE_PART, CURRENTDATE_KEYS };

static int check_currentdate(struct sieve_compiler *compiler, struct sieve_call *call)
{
    return check_zone_and_part(compiler, call, &call->arguments[CURRENTDATE_PART]);
}

/* Tests ------------------------------------------------------------------------------- */

/* Sets the zone that the test asks for: the local one when it says none (RFC 5260 section 4.1). */
static int set_zone(struct sieve_run *run, const struct sieve_call *call,
                    struct sieve_moment *moment)
{
    const struct sieve_tag_value *zone = sieve_call_tag(call, SIEVE_GROUP_ZONE);
    if (!zone) {
        moment->zone_minutes = run->host->zone_minutes;
        return 0;
    }
    if (zone->tag->choice == ZONE_ORIGINAL)
        return 0;
    struct slice text;
    int result = sieve_run_string(run, &zone->value, &text);
    if (result == 0 && !sieve_zone_read(text, &moment->zone_minutes))
        result =
            sieve_run_fail(run, ERR_INVALID, "the time zone is not valid: %.*s", SLICE_ARGS(text));
    return result;
}

static int feed_part(struct sieve_run *run, const struct sieve_value *part,
                     const struct sieve_moment *moment, struct sieve_matcher *matcher)
{
    struct slice name, text = SLICE_EMPTY;
    int result = sieve_run_string(run, part, &name);
    if (result < 0)
        return result;
    result = sieve_date_render(name, moment, &run->scratch, &text);
    if (result < 0)
        return sieve_run_failed(run, result);
    return sieve_matcher_feed(matcher, text);
}

static int test_date(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    struct slice name;
    struct mime_field *fields = NULL;
    size_t count = 0;
    struct sieve_matcher matcher;
    int result = sieve_run_string(run, &call->arguments[DATE_HEADER], &name);
    if (result == 0)
        result = sieve_matcher_begin(run, call, &call->arguments[DATE_KEYS], &matcher);
    if (result == 0)
        result = sieve_parts_fields(run, call, name, &fields, &count);
    /* Without :index it is about the first one. */
    for (size_t i = 0; result == 0 && i < count && i < 1; i++) {
        struct sieve_moment moment;
        if (!sieve_date_read(fields[i].value, &moment))
            continue;
        result = set_zone(run, call, &moment);
        if (result == 0)
            result = feed_part(run, &call->arguments[DATE_PART], &moment, &matcher);
    }
    return result < 0 ? result : sieve_matcher_end(&matcher, out);
}

static int test_currentdate(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    struct sieve_moment moment = {run->host->now, 0};
    struct sieve_matcher matcher;
    int result = sieve_matcher_begin(run, call, &call->arguments[CURRENTDATE_KEYS], &matcher);
    if (result == 0)
        result = set_zone(run, call, &moment);
    if (result == 0)
        result = feed_part(run, &call->arguments[CURRENTDATE_PART], &moment, &matcher);
    return result < 0 ? result : sieve_matcher_end(&matcher, out);
}

static const struct sieve_tag *const date_tags[] = {sieve_tags_match, sieve_tags_index, zone_tags,
                                                    NULL};
static const struct sieve_tag *const currentdate_tags[] = {sieve_tags_match, given_zone_tags, NULL};

const struct sieve_row sieve_row_date = {
    .name = "date",
    .kind = SIEVE_TEST,
    .extension = SIEVE_EXT_DATE,
    .tags = date_tags,
    .parameters = {[DATE_HEADER] = {"the name of the header field", SIEVE_STRING, false, false},
                   [DATE_PART] = {"the part of the date", SIEVE_STRING, false, false},
                   [DATE_KEYS] = {"the keys", SIEVE_STRINGS, false, false}},
    .check = check_date,
    .test = test_date,
};

const struct sieve_row sieve_row_currentdate = {
    .name = "currentdate",
    .kind = SIEVE_TEST,
    .extension = SIEVE_EXT_DATE,
    .tags = currentdate_tags,
    .parameters = {[CURRENTDATE_PART] = {"the part of the date", SIEVE_STRING, false, false},
                   [CURRENTDATE_KEYS] = {"the keys", SIEVE_STRINGS, false, false}},
    .check = check_currentdate,
    .test = test_currentdate,
};
