#include "base/json.h"

#include <jansson.h>

/* jansson parses 2048 levels deep, and a fiber's stack is not made for that. Brackets in
 * strings do not count, whatever else is wrong with the text jansson will find. */
static bool is_too_deep(struct slice text)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '['))
            depth++;
        else if (!in_string && (c == '}' || c == ']') && depth > 0)
            depth--;
        if (depth > JSON_DEPTH_MAX)
            return true;
    }
    return false;
}

int json_read_object(struct slice text, struct json_value **out)
{
    if (is_too_deep(text))
        return fail(ERR_SYNTAX, "JSON is nested too deeply");
    json_error_t problem;
    json_t *document = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, &problem);
    if (!document)
        return fail(json_error_code(&problem) == json_error_out_of_memory ? ERR_NO_MEMORY
                                                                          : ERR_SYNTAX,
                    "JSON is wrong in line %d, column %d", problem.line, problem.column);
    if (!json_is_object(document)) {
        json_decref(document);
        return fail(ERR_SYNTAX, "JSON is not an object");
    }
    *out = (struct json_value *)document;
    return 0;
}

void json_read_free(struct json_value **document)
{
    json_decref((json_t *)*document); /* NULL is fine */
    *document = NULL;
}

const struct json_value *json_read_member(const struct json_value *value, const char *name)
{
    return (const struct json_value *)json_object_get((const json_t *)value, name);
}

const struct json_value *json_read_element(const struct json_value *value, size_t index)
{
    return (const struct json_value *)json_array_get((const json_t *)value, index);
}

bool json_read_text(const struct json_value *value, struct slice *out)
{
    const json_t *text = (const json_t *)value;
    if (!json_is_string(text))
        return false;
    *out = slice_of(json_string_value(text), json_string_length(text));
    return true;
}

bool json_read_integer(const struct json_value *value, int64_t *out)
{
    const json_t *number = (const json_t *)value;
    if (json_is_integer(number)) {
        *out = json_integer_value(number);
        return true;
    }
    if (!json_is_real(number))
        return false;
    double real = json_real_value(number);
    if (!(real > -9e18 && real < 9e18))
        return false;
    *out = (int64_t)real;
    return true;
}

bool json_read_true(const struct json_value *value)
{
    return json_is_true((const json_t *)value);
}

void json_write_text(struct buffer *out, struct slice text)
{
    buffer_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if ((unsigned char)c < 0x20)
            buffer_printf(out, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            buffer_printf(out, "\\%c", c);
        else
            buffer_add_char(out, c);
    }
    buffer_add_char(out, '"');
}
