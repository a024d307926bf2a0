#include "utf8.h"

/* RFC 3629 section 4: the lead octet tells the length and what the second
 * octet may be, which excludes overlong forms, surrogates and what is above
 * U+10FFFF; further octets are 80-BF. */
struct lead {
    unsigned char first, last;
    unsigned char length;
    unsigned char second_min, second_max;
};

static const struct lead leads[] = {
    {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf}, {0xe1, 0xec, 3, 0x80, 0xbf},
    {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf}, {0xf0, 0xf0, 4, 0x90, 0xbf},
    {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

static const struct lead *find_lead(unsigned char octet)
{
    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++) {
        if (octet >= leads[i].first && octet <= leads[i].last)
            return &leads[i];
    }
    return NULL;
}

size_t utf8_sequence(struct slice s, size_t at)
{
    if (at >= s.len)
        return 0;
    const unsigned char *octets = (const unsigned char *)s.data + at;
    if (octets[0] < 0x80)
        return 1;
    const struct lead *lead = find_lead(octets[0]);
    if (!lead || lead->length > s.len - at)
        return 0;
    if (octets[1] < lead->second_min || octets[1] > lead->second_max)
        return 0;
    for (size_t i = 2; i < lead->length; i++) {
        if ((octets[i] & 0xc0) != 0x80)
            return 0;
    }
    return lead->length;
}

size_t utf8_ascii_prefix(struct slice s)
{
    size_t at = 0;
    for (; s.len - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        uint64_t octets;
        memcpy(&octets, s.data + at, sizeof octets);
        if (octets & 0x8080808080808080u)
            break;
    }
    while (at < s.len && (unsigned char)s.data[at] < 0x80)
        at++;
    return at;
}

struct slice utf8_cut(struct slice s, size_t max)
{
    if (s.len <= max)
        return s;
    size_t end = max;
    for (size_t back = 0; back < 4 && back <= max; back++) {
        size_t start = max - back;
        if (((unsigned char)s.data[start] & 0xc0) != 0x80) {
            if (utf8_sequence(s, start) > back)
                end = start;
            break;
        }
    }
    return slice_sub(s, 0, end);
}
