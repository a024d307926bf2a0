#include "base/json.h"

#include <stdio.h>

#include "support/check.h"

static struct json_value *parse(const char *text)
{
    struct json_value *document = NULL;
    CHECK_OK(json_read_object(slice_cstr(text), &document));
    return document;
}

void test_json_reads_members(void)
{
    struct json_value *document =
        parse(" {\"text\": \"a\\u00e9\\n\", \"list\": [\"x\", 7, {\"in\": \"side\"}],"
              " \"true\": true, \"false\": false}\r\n");
    struct slice text = SLICE("untouched");
    CHECK(json_read_text(json_read_member(document, "text"), &text));
    CHECK_SLICE(text, "a\xc3\xa9\n");
    const struct json_value *list = json_read_member(document, "list");
    CHECK(json_read_text(json_read_element(list, 0), &text));
    CHECK_SLICE(text, "x");
    CHECK(json_read_text(json_read_member(json_read_element(list, 2), "in"), &text));
    CHECK_SLICE(text, "side");
    CHECK(json_read_element(list, 3) == NULL);
    CHECK(json_read_true(json_read_member(document, "true")));
    CHECK(!json_read_true(json_read_member(document, "false")));
    CHECK(!json_read_true(json_read_member(document, "text")));
    CHECK(!json_read_true(NULL));
    json_read_free(&document);
    CHECK(document == NULL);
}

void test_json_passes_over_what_is_of_another_type(void)
{
    struct json_value *document = parse("{\"number\": 1, \"text\": \"x\"}");
    const struct json_value *number = json_read_member(document, "number");
    struct slice text = SLICE("untouched");
    int64_t value = 5;
    CHECK(!json_read_text(number, &text));
    CHECK(!json_read_text(json_read_member(document, "none"), &text));
    CHECK_SLICE(text, "untouched");
    CHECK(!json_read_integer(json_read_member(document, "text"), &value));
    CHECK_INT(value, 5);
    CHECK(json_read_member(number, "x") == NULL);
    CHECK(json_read_element(document, 0) == NULL);
    json_read_free(&document);
}

void test_json_reads_numbers(void)
{
    struct json_value *document =
        parse("{\"n\": [0, -7, 1300819380, 1.3e9, 1300819380.9, 9223372036854775807, 1e300]}");
    const int64_t expected[] = {0, -7, 1300819380, 1300000000, 1300819380, INT64_MAX};
    const struct json_value *list = json_read_member(document, "n");
    int64_t value = 5;
    for (size_t i = 0; i < 6; i++) {
        CHECK(json_read_integer(json_read_element(list, i), &value));
        CHECK_INT(value, expected[i]);
    }
    CHECK(!json_read_integer(json_read_element(list, 6), &value));
    CHECK_INT(value, INT64_MAX);
    json_read_free(&document);
}

void test_json_is_strict(void)
{
    static const char *const wrong[] = {
        "",
        "[]",
        "\"text\"",
        "{",
        "{} {}",
        "{'a': 1}",
        "{\"a\": 1,}",
        "{\"a\": 1, \"a\": 2}",
        "{\"a\": 01}",
        "{\"a\": NaN}",
        "{\"a\": 99999999999999999999}",
        "{\"a\": \"x\\u0000y\"}",
        "{\"a\": \"\xff\"}",
        "{\"a\": \"\xed\xa0\x80\"}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct json_value *document = NULL;
        if (!CHECK_ERR(json_read_object(slice_cstr(wrong[i]), &document), ERR_SYNTAX))
            CHECK_STR(wrong[i], "");
        CHECK(document == NULL);
    }
}

static int parse_nested(int depth)
{
    struct buffer text;
    struct json_value *document = NULL;
    buffer_init(&text, 0);
    buffer_add_cstr(&text, "{\"a\": \"[[[[[[[[[[[[[[[[[[\\\"{{{{\", \"b\": ");
    for (int i = 1; i < depth; i++)
        buffer_add_char(&text, '[');
    for (int i = 1; i < depth; i++)
        buffer_add_char(&text, ']');
    buffer_add_char(&text, '}');
    int result = json_read_object(buffer_slice(&text), &document);
    json_read_free(&document);
    buffer_clear(&text);
    return result;
}

void test_json_has_a_depth(void)
{
    CHECK_OK(parse_nested(JSON_DEPTH_MAX));
    CHECK_ERR(parse_nested(JSON_DEPTH_MAX + 1), ERR_SYNTAX);
    CHECK_ERR(parse_nested(100000), ERR_SYNTAX);
}

void test_json_writes_texts(void)
{
    struct buffer text;
    buffer_init(&text, 0);
    json_write_text(&text, SLICE("a\"b\\c\n\x01\xc3\xa9"));
    CHECK_SLICE(buffer_slice(&text), "\"a\\\"b\\\\c\\u000a\\u0001\xc3\xa9\"");
    buffer_clear(&text);
}
