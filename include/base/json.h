/*
 * JSON documents (RFC 8259), read only, by jansson: no jansson type leaves the module. A
 * document is strict: an object names a member once, and no text has a NUL in it.
 */
#ifndef POSTROOM_BASE_JSON_H
#define POSTROOM_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* A value of a document; lives as long as that. */
struct json_value;

enum { JSON_DEPTH_MAX = 16 };

/* The whole text is one object. -ERR_SYNTAX also for what is nested deeper than
 * JSON_DEPTH_MAX. */
int json_read_object(struct slice text, struct json_value **out) MUST_CHECK;
/* Only what json_read_object gave. */
void json_read_free(struct json_value **document);

/* A member of an object; NULL: there is none, or `value` is NULL or no object. */
const struct json_value *json_read_member(const struct json_value *value, const char *name);
/* An element of an array; NULL: it has none there, or `value` is NULL or no array. */
const struct json_value *json_read_element(const struct json_value *value, size_t index);

/* False, with *out untouched: `value` is NULL or of another type. */
bool json_read_text(const struct json_value *value, struct slice *out);
/* A number with its fraction cut off, if it fits. */
bool json_read_integer(const struct json_value *value, int64_t *out);
bool json_read_true(const struct json_value *value);

/* A string in quotes, escaped; the text is UTF-8. */
void json_write_text(struct buffer *out, struct slice text);

#endif
