/*
 * LIST patterns (RFC 3501 section 6.3.8).
 *
 * Clients choose the pattern, so matching must not backtrack: "*a*a*a…" would
 * take exponential time. Instead the pattern is read once, and for each of its
 * characters the set of places in the name that can be reached is updated.
 */
#include "model/mailbox_name.h"

/* Longer than any name there is (a namespace, a user and MAILBOX_NAME_MAX). */
enum { MATCHED_NAME_MAX = 4 * MAILBOX_NAME_MAX, INBOX_LENGTH = 5 };

/* Places in the name, 0 to name.len. Only low..high can be reached. */
struct places {
    struct slice name;
    size_t inbox; /* so many octets compare without case */
    size_t low, high;
    bool reached[MATCHED_NAME_MAX + 1];
};

static bool octet_matches(const struct places *places, size_t at, char c)
{
    char octet = places->name.data[at];
    return octet == c || (at < places->inbox && ascii_upper(c) == octet);
}

/* Each place moves on by one octet where that is `c`; the others are lost. */
static bool match_octet(struct places *places, char c)
{
    if (places->low == places->name.len)
        return false;
    bool any = false;
    size_t high = places->high < places->name.len ? places->high : places->name.len - 1;
    for (size_t at = high + 1; at-- > places->low;) {
        places->reached[at + 1] = places->reached[at] && octet_matches(places, at, c);
        any |= places->reached[at + 1];
    }
    places->low++;
    places->high = high + 1;
    return any;
}

static void match_any(struct places *places)
{
    while (!places->reached[places->low])
        places->low++;
    for (size_t at = places->low; at <= places->name.len; at++)
        places->reached[at] = true;
    places->high = places->name.len;
}

/* Each place spreads up to the next separator. */
static void match_level(struct places *places)
{
    for (size_t at = places->low; at < places->name.len; at++) {
        bool spreads = places->reached[at] && places->name.data[at] != MAILBOX_SEPARATOR;
        if (at >= places->high && !spreads)
            break;
        places->reached[at + 1] = spreads || (at < places->high && places->reached[at + 1]);
        if (at + 1 > places->high)
            places->high = at + 1;
    }
}

static size_t inbox_length(struct slice name)
{
    bool is_inbox = slice_starts_with(name, SLICE("INBOX")) &&
                    (name.len == INBOX_LENGTH || name.data[INBOX_LENGTH] == MAILBOX_SEPARATOR);
    return is_inbox ? INBOX_LENGTH : 0;
}

bool mailbox_name_matches(struct slice name, struct slice pattern)
{
    struct places places;
    if (name.len > MATCHED_NAME_MAX)
        return false;
    places.name = name;
    places.inbox = inbox_length(name);
    places.low = places.high = 0;
    places.reached[0] = true;

    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.data[i] == '*')
            match_any(&places);
        else if (pattern.data[i] == '%')
            match_level(&places);
        else if (!match_octet(&places, pattern.data[i]))
            return false;
    }
    return places.high == name.len && places.reached[name.len];
}
