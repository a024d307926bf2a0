#include "model/rights.h"

struct letter {
    char letter;
    rights_mask rights;
};

/* In the order in which they are shown. */
static const struct letter letters_shown[] = {
    {'l', RIGHT_LOOKUP},  {'r', RIGHT_READ},           {'s', RIGHT_SEEN},
    {'w', RIGHT_WRITE},   {'i', RIGHT_INSERT},         {'p', RIGHT_POST},
    {'k', RIGHT_CREATE},  {'x', RIGHT_DELETE_MAILBOX}, {'t', RIGHT_DELETE_MESSAGES},
    {'e', RIGHT_EXPUNGE}, {'a', RIGHT_ADMINISTER},
};

/* RFC 4314 section 2.1.1: rights of RFC 2086 that have been divided since. */
static const struct letter letters_legacy[] = {
    {'c', RIGHT_CREATE | RIGHT_DELETE_MAILBOX},
    {'d', RIGHT_EXPUNGE | RIGHT_DELETE_MESSAGES},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static rights_mask find_letter(const struct letter *letters, size_t count, char letter)
{
    for (size_t i = 0; i < count; i++) {
        if (letters[i].letter == letter)
            return letters[i].rights;
    }
    return RIGHTS_NONE;
}

int rights_parse(struct slice letters, rights_mask *out)
{
    rights_mask rights = RIGHTS_NONE;
    for (size_t i = 0; i < letters.len; i++) {
        char letter = letters.data[i];
        rights_mask found = find_letter(letters_shown, COUNT(letters_shown), letter) |
                            find_letter(letters_legacy, COUNT(letters_legacy), letter);
        if (!found && letter > ' ' && letter < 0x7f)
            return fail(ERR_INVALID, "\"%c\" is not a right", letter);
        if (!found)
            return fail(ERR_INVALID, "octet 0x%02x is not a right", (unsigned char)letter);
        rights |= found;
    }
    *out = rights;
    return 0;
}

/* A virtual right shows as soon as one of its members is held (RFC 4314
 * section 2.1.1), so it takes the same loop as the others. */
static void render(const struct letter *letters, size_t count, rights_mask rights,
                   struct buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        if (rights & letters[i].rights)
            buffer_add_char(out, letters[i].letter);
    }
}

void rights_render(rights_mask rights, bool legacy, struct buffer *out)
{
    render(letters_shown, COUNT(letters_shown), rights, out);
    if (legacy)
        render(letters_legacy, COUNT(letters_legacy), rights, out);
}

int rights_change_parse(struct slice text, enum rights_change *change_out, rights_mask *rights_out)
{
    enum rights_change change = RIGHTS_REPLACE;
    if (slice_starts_with(text, SLICE("+")))
        change = RIGHTS_ADD;
    else if (slice_starts_with(text, SLICE("-")))
        change = RIGHTS_REMOVE;
    int result = rights_parse(slice_sub(text, change != RIGHTS_REPLACE, text.len), rights_out);
    if (result < 0)
        return result;
    *change_out = change;
    return 0;
}

rights_mask rights_change_apply(rights_mask old, enum rights_change change, rights_mask rights)
{
    if (change == RIGHTS_ADD)
        return old | rights;
    if (change == RIGHTS_REMOVE)
        return old & ~rights;
    return rights;
}
