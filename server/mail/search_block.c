/* Reading blocks, and what reading and building have in common. */
#include "search_block.h"

#include "base/text.h"
#include "search_octets.h"

enum { SEARCH_FORMAT = 4, FORMAT_STEP = 1000 };

uint32_t search_edition(void)
{
    return SEARCH_FORMAT * FORMAT_STEP + text_edition();
}

bool search_column_find(struct slice name, enum search_column *out)
{
    static const char *const names[SEARCH_COLUMN_COUNT] = {
        [SEARCH_COLUMN_SUBJECT] = "Subject", [SEARCH_COLUMN_FROM] = "From",
        [SEARCH_COLUMN_TO] = "To",           [SEARCH_COLUMN_CC] = "Cc",
        [SEARCH_COLUMN_BCC] = "Bcc",
    };
    for (size_t i = 0; i < SEARCH_COLUMN_COUNT; i++) {
        if (slice_equal_nocase(name, slice_cstr(names[i]))) {
            *out = (enum search_column)i;
            return true;
        }
    }
    return false;
}

/* Multiplicative hashing (Knuth, volume 3, section 6.4). */
uint32_t search_bucket(enum search_place place, const char *trigram)
{
    const unsigned char *octets = (const unsigned char *)trigram;
    uint32_t key = (uint32_t)place << 24 | (uint32_t)octets[0] << 16 | (uint32_t)octets[1] << 8 |
                   (uint32_t)octets[2];
    return key * UINT32_C(2654435761) >> 16;
}

static int corrupt(void)
{
    return fail(ERR_CORRUPT, "A piece of the search index is not as it was written");
}

/* Columns --------------------------------------------------------------------------- */

void search_column_begin(struct search_column_cursor *cursor, uint32_t first_uid,
                         struct slice octets)
{
    *cursor = (struct search_column_cursor){.rest = octets, .uid = first_uid};
}

bool search_column_next(struct search_column_cursor *cursor, struct slice *value_out)
{
    uint32_t distance, length;
    if (cursor->err || cursor->rest.len == 0)
        return false;
    if (!search_take_number(&cursor->rest, &distance) ||
        !search_take_number(&cursor->rest, &length) || length > cursor->rest.len) {
        cursor->err = corrupt();
        return false;
    }
    cursor->uid += distance;
    *value_out = slice_of(cursor->rest.data, length);
    cursor->rest = slice_of(cursor->rest.data + length, cursor->rest.len - length);
    return true;
}

/* Slices ------------------------------------------------------------------------------ */

static bool take_bits(struct slice *rest, uint16_t *out, size_t count)
{
    uint32_t octets;
    if (!search_take_number(rest, &octets) || octets > rest->len || octets > SEARCH_SPAN_MAX / 8)
        return false;
    size_t found = 0;
    for (uint32_t i = 0; i < octets; i++) {
        unsigned bits = (unsigned char)rest->data[i];
        for (unsigned bit = 0; bits >> bit; bit++) {
            if (!(bits >> bit & 1))
                continue;
            if (found == count)
                return false;
            out[found++] = (uint16_t)(i * 8 + bit);
        }
    }
    *rest = slice_of(rest->data + octets, rest->len - octets);
    return found == count;
}

static bool take_distances(struct slice *rest, uint16_t *out, size_t count)
{
    uint32_t number = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t distance;
        if (!search_take_number(rest, &distance) || distance >= SEARCH_SPAN_MAX)
            return false;
        number += distance;
        if (number >= SEARCH_SPAN_MAX)
            return false;
        out[i] = (uint16_t)number;
    }
    return true;
}

int search_slice_take(struct slice *rest, uint16_t *out, size_t *count_out)
{
    uint32_t head;
    if (!search_take_number(rest, &head) || head >> 1 > SEARCH_SPAN_MAX)
        return corrupt();
    size_t count = head >> 1;
    bool taken = head & 1 ? take_bits(rest, out, count) : take_distances(rest, out, count);
    if (!taken)
        return corrupt();
    *count_out = count;
    return 0;
}

int search_slice_find(struct slice slice, uint32_t slices, uint32_t bucket, uint16_t *out,
                      size_t *count_out)
{
    uint32_t before = bucket % (SEARCH_BUCKETS / slices);
    int err = search_slice_take(&slice, out, count_out);
    for (uint32_t i = 0; i < before && !err; i++)
        err = search_slice_take(&slice, out, count_out);
    return err;
}
