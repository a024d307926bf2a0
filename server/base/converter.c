#include "converter.h"

/* Per thread: converters have a state, and text is pure to its callers. */
enum { CACHE_SIZE = 8 };

struct cached {
    char name[UCNV_MAX_CONVERTER_NAME_LENGTH]; /* as the caller wrote it */
    UConverter *converter;                     /* NULL: unknown charset, or slot free */
};

static _Thread_local struct cached cache[CACHE_SIZE];
static _Thread_local size_t cache_next;

/* The characters of registered names (RFC 2978 section 2.3 and ":", "(", ")"
 * of old ones). Keeps ICU's option syntax (",") and paths out. */
static bool is_charset_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = ascii_lower(name.data[i]);
        bool allowed = (c >= 'a' && c <= 'z') || ascii_is_digit(c) || (c && strchr("-_.:+()", c));
        if (!allowed)
            return false;
    }
    return name.len > 0 && name.len < UCNV_MAX_CONVERTER_NAME_LENGTH;
}

static struct cached *find(struct slice name)
{
    for (size_t i = 0; i < CACHE_SIZE; i++) {
        if (slice_equal_nocase(slice_cstr(cache[i].name), name))
            return &cache[i];
    }
    return NULL;
}

static struct cached *open_new(struct slice name)
{
    struct cached *slot = &cache[cache_next];
    cache_next = (cache_next + 1) % CACHE_SIZE;
    ucnv_close(slot->converter);
    memcpy(slot->name, name.data, name.len);
    slot->name[name.len] = '\0';

    UErrorCode status = U_ZERO_ERROR;
    slot->converter = ucnv_open(slot->name, &status);
    if (U_FAILURE(status))
        slot->converter = NULL;
    return slot;
}

UConverter *converter_get(struct slice charset)
{
    if (!is_charset_name(charset))
        return NULL;
    struct cached *slot = find(charset);
    if (!slot)
        slot = open_new(charset);
    if (slot->converter)
        ucnv_reset(slot->converter);
    return slot->converter;
}

UConverter *converter_utf8(void)
{
    static _Thread_local UConverter *converter;
    if (!converter) {
        UErrorCode status = U_ZERO_ERROR;
        converter = ucnv_open("UTF-8", &status);
    }
    if (converter)
        ucnv_reset(converter);
    return converter;
}
