/* From a part specifier to octets (RFC 3501 section 6.4.5). */
#include "mail/mime.h"

/* What a part specifier has reached. The same entity is a message, whose
 * parts are numbered from 1, and as "1" the only part of that message. */
struct place {
    uint32_t part;
    bool is_message; /* the root, or what a message/rfc822 part holds */
    bool is_filler;  /* part 1 of a multipart without parts: BODYSTRUCTURE shows an empty one */
};

static bool descend_multipart(const struct mime_tree *tree, struct place *place, uint32_t number)
{
    const struct mime_part *multipart = &tree->parts[place->part];
    place->is_message = false;
    if (multipart->child_count == 0) {
        place->is_filler = true;
        return number == 1;
    }
    if (number == 0 || number > multipart->child_count)
        return false;
    place->part = multipart->first_child;
    while (--number > 0)
        place->part = tree->parts[place->part].next_sibling;
    return true;
}

static bool descend(const struct mime_tree *tree, struct place *place, uint32_t number)
{
    if (place->is_filler)
        return false;
    if (!place->is_message && tree->parts[place->part].kind == MIME_MESSAGE) {
        place->part = tree->parts[place->part].first_child;
        place->is_message = true;
    }
    if (tree->parts[place->part].kind == MIME_MULTIPART)
        return descend_multipart(tree, place, number);
    bool only_part = place->is_message && number == 1;
    place->is_message = false;
    return only_part;
}

struct range {
    uint64_t start, end;
};

static struct range header_of(const struct mime_part *part)
{
    return (struct range){part->header_start, part->body_start};
}

static struct range body_of(const struct mime_part *part)
{
    return (struct range){part->body_start, part->body_end};
}

static bool range_of_part(const struct mime_part *part, enum mime_section_kind kind,
                          struct range *out)
{
    if (kind != MIME_SECTION_ALL && kind != MIME_SECTION_MIME)
        return false;
    *out = kind == MIME_SECTION_MIME ? header_of(part) : body_of(part);
    return true;
}

static bool range_of_message(const struct mime_part *message, enum mime_section_kind kind,
                             struct range *out)
{
    if (kind == MIME_SECTION_MIME)
        return false;
    if (kind == MIME_SECTION_ALL)
        *out = (struct range){message->header_start, message->body_end};
    else
        *out = kind == MIME_SECTION_HEADER ? header_of(message) : body_of(message);
    return true;
}

static bool find_place(const struct mime_tree *tree, const uint32_t *numbers, size_t count,
                       struct place *out)
{
    struct place place = {0, true, false};
    for (size_t i = 0; i < count; i++) {
        if (!descend(tree, &place, numbers[i]))
            return false;
    }
    *out = place;
    return true;
}

bool mime_section_is_leaf(const struct mime_tree *tree, const uint32_t *numbers, size_t count)
{
    struct place place;
    return count > 0 && find_place(tree, numbers, count, &place) && !place.is_filler &&
           tree->parts[place.part].kind == MIME_LEAF;
}

bool mime_section_range(const struct mime_tree *tree, const uint32_t *numbers, size_t count,
                        enum mime_section_kind kind, uint64_t *start_out, uint64_t *end_out)
{
    struct place place;
    if (!find_place(tree, numbers, count, &place))
        return false;
    const struct mime_part *part = &tree->parts[place.part];
    bool inside = count > 0 && !place.is_filler && part->kind == MIME_MESSAGE &&
                  (kind == MIME_SECTION_HEADER || kind == MIME_SECTION_TEXT);
    struct range range = {part->body_end, part->body_end};
    bool found = false;
    if (count == 0)
        found = range_of_message(part, kind, &range);
    else if (inside)
        found = range_of_message(&tree->parts[part->first_child], kind, &range);
    else if (place.is_filler)
        found = kind == MIME_SECTION_ALL || kind == MIME_SECTION_MIME;
    else
        found = range_of_part(part, kind, &range);
    if (!found)
        return false;
    *start_out = range.start;
    *end_out = range.end;
    return true;
}
