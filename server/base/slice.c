#include "base/slice.h"

bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool slice_equal_nocase(struct slice a, struct slice b)
{
    return a.len == b.len && slice_starts_with_nocase(a, b);
}

int slice_compare(struct slice a, struct slice b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool slice_starts_with(struct slice s, struct slice prefix)
{
    return slice_equal(slice_sub(s, 0, prefix.len), prefix);
}

bool slice_starts_with_nocase(struct slice s, struct slice prefix)
{
    if (prefix.len > s.len)
        return false;
    for (size_t i = 0; i < prefix.len; i++) {
        if (ascii_lower(s.data[i]) != ascii_lower(prefix.data[i]))
            return false;
    }
    return true;
}

bool slice_ends_with(struct slice s, struct slice suffix)
{
    return suffix.len <= s.len && slice_equal(slice_sub(s, s.len - suffix.len, suffix.len), suffix);
}

size_t slice_find(struct slice s, char c)
{
    const char *found = s.len ? memchr(s.data, c, s.len) : NULL;
    return found ? (size_t)(found - s.data) : s.len;
}

size_t slice_search(struct slice s, struct slice needle)
{
    if (needle.len == 0)
        return 0;
    if (needle.len > s.len)
        return SIZE_MAX;
    const char *found = memmem(s.data, s.len, needle.data, needle.len);
    return found ? (size_t)(found - s.data) : SIZE_MAX;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s)
{
    size_t start = 0;
    while (start < s.len && is_space(s.data[start]))
        start++;
    size_t end = s.len;
    while (end > start && is_space(s.data[end - 1]))
        end--;
    return slice_sub(s, start, end - start);
}

bool slice_to_u64(struct slice s, uint64_t *value_out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (!ascii_is_digit(s.data[i]))
            return false;
        uint64_t digit = (uint64_t)(s.data[i] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (s.len == 0)
        return false;
    *value_out = value;
    return true;
}

bool slice_to_u32(struct slice s, uint32_t *value_out)
{
    uint64_t value;
    if (!slice_to_u64(s, &value) || value > UINT32_MAX)
        return false;
    *value_out = (uint32_t)value;
    return true;
}

uint64_t slice_hash(struct slice s)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.len; i++)
        hash = (hash ^ (unsigned char)s.data[i]) * 0x100000001b3u;
    return hash;
}
