/* The test body (RFC 5173). */
#include "sieve/parts.h"
#include "sieve/rows.h"
#include "sieve/tag_groups.h"

enum { BODY_TEXT, BODY_RAW, BODY_CONTENT };

static const struct sieve_tag body_tags[] = {
    {"raw", SIEVE_GROUP_BODY, SIEVE_NOTHING, SIEVE_EXT_BODY, BODY_RAW, false},
    {"content", SIEVE_GROUP_BODY, SIEVE_STRINGS, SIEVE_EXT_BODY, BODY_CONTENT, false},
    {"text", SIEVE_GROUP_BODY, SIEVE_NOTHING, SIEVE_EXT_BODY, BODY_TEXT, false},
    {NULL, 0, SIEVE_NOTHING, SIEVE_EXT_NONE, 0, false},
};

/* A test of a body in progress. */
struct body_test {
    struct sieve_run *run;
    struct sieve_source source;
    struct sieve_matcher matcher;
    const struct slice *types; /* of :content */
    size_t type_count;
    struct buffer text; /* of one part */
};

static int feed(struct body_test *test, int result)
{
    if (result < 0)
        return sieve_run_failed(test->run, result);
    return sieve_matcher_feed(&test->matcher, buffer_slice(&test->text));
}

/* All behind the header, nothing undone. */
static int feed_raw(struct body_test *test)
{
    const struct mime_part *message = &test->source.tree->parts[0];
    return feed(test, sieve_part_read(&test->source, message->body_start, test->run->message->size,
                                      &test->text));
}

static bool is_wanted(const struct body_test *test, uint32_t part)
{
    struct entity entity;
    sieve_part_entity(test->source.tree, part, &entity);
    for (size_t i = 0; i < test->type_count; i++) {
        if (sieve_part_has_type(&entity, test->types[i]))
            return true;
    }
    return false;
}

static int feed_content_of(struct body_test *test, uint32_t part)
{
    if (!is_wanted(test, part))
        return 0;
    return feed(test, sieve_part_decode(&test->source, part, &test->text));
}

static int feed_text_of(struct body_test *test, uint32_t part)
{
    bool is_text = false;
    int result = sieve_part_text(&test->source, part, &test->text, &is_text);
    return result == 0 && !is_text ? 0 : feed(test, result);
}

/* Each part until one matches; in between others have their turn. */
static int feed_parts(struct body_test *test,
                      int (*feed_part)(struct body_test *test, uint32_t part))
{
    int result = 0;
    for (uint32_t i = 0; result == 0 && !test->matcher.matched && i < test->source.tree->count;
         i++) {
        buffer_reset(&test->text);
        result = sieve_run_charge(test->run, 0);
        if (result == 0)
            result = feed_part(test, i);
    }
    return result;
}

static int feed_all(struct body_test *test, const struct sieve_tag_value *transform)
{
    int choice = transform ? transform->tag->choice : BODY_TEXT;
    if (choice == BODY_RAW)
        return feed_raw(test);
    if (choice == BODY_TEXT)
        return feed_parts(test, feed_text_of);
    test->type_count = transform->value.count;
    int result = sieve_run_strings(test->run, &transform->value, &test->types);
    return result < 0 ? result : feed_parts(test, feed_content_of);
}

/* RFC 5173 section 4: where no empty line follows the header there is no body, not even an empty
 * one. */
static bool has_body(const struct sieve_run *run)
{
    struct slice header = run->message->tree->headers[0];
    return run->message->size > header.len || slice_equal(header, SLICE("\r\n")) ||
           slice_equal(header, SLICE("\n")) || slice_ends_with(header, SLICE("\n\r\n")) ||
           slice_ends_with(header, SLICE("\n\n"));
}

static int test_body(struct sieve_run *run, const struct sieve_call *call, bool *out)
{
    *out = false;
    if (!has_body(run))
        return 0;
    struct body_test test = {.run = run, .source = sieve_parts_source(run)};
    int result = sieve_matcher_begin(run, call, &call->arguments[0], &test.matcher);
    if (result < 0)
        return result;
    test.matcher.captures_nothing = true; /* RFC 5173 section 6 */
    buffer_init(&test.text, 0);
    result = feed_all(&test, sieve_call_tag(call, SIEVE_GROUP_BODY));
    buffer_clear(&test.text);
    return result < 0 ? result : sieve_matcher_end(&test.matcher, out);
}

static const struct sieve_tag *const tags[] = {sieve_tags_match, body_tags, NULL};

const struct sieve_row sieve_row_body = {
    .name = "body",
    .kind = SIEVE_TEST,
    .extension = SIEVE_EXT_BODY,
    .tags = tags,
    .parameters = {{"the keys", SIEVE_STRINGS, false, false}},
    .test = test_body,
};
