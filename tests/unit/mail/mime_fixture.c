#include "mime_fixture.h"

#include <stdlib.h>

#include "mime_invariants.h"
#include "support/check.h"

void mime_fixture_init(struct mime_fixture *fixture, struct slice message,
                       const struct mime_limits *limits)
{
    struct mime_scanner *scanner;
    *fixture = (struct mime_fixture){.message = message};
    arena_init(&fixture->arena, 0);
    buffer_init(&fixture->text, 0);
    CHECK_STR(mime_message_broken(message) ? mime_message_broken(message) : "", "");
    if (CHECK_OK(mime_scanner_new(&fixture->arena, limits, &scanner)) &&
        CHECK_OK(mime_scanner_feed(scanner, message)))
        CHECK_OK(mime_scanner_finish(scanner, &fixture->tree));
}

void mime_fixture_clear(struct mime_fixture *fixture)
{
    buffer_clear(&fixture->text);
    arena_clear(&fixture->arena);
}

static struct slice cut(const struct mime_fixture *fixture, uint64_t start, uint64_t end)
{
    return slice_sub(fixture->message, start, end - start);
}

static void add_outline(struct mime_fixture *fixture, uint32_t index)
{
    static const char *const names[] = {"leaf", "multipart", "message"};
    const struct mime_part *part = &fixture->tree->parts[index];
    buffer_add_cstr(&fixture->text, names[part->kind]);
    if (part->kind == MIME_LEAF) {
        buffer_add_char(&fixture->text, '\'');
        buffer_add(&fixture->text, cut(fixture, part->body_start, part->body_end));
        buffer_add_char(&fixture->text, '\'');
        return;
    }
    buffer_add_char(&fixture->text, '(');
    for (uint32_t child = part->first_child; child;
         child = fixture->tree->parts[child].next_sibling) {
        if (child != part->first_child)
            buffer_add_char(&fixture->text, ' ');
        add_outline(fixture, child);
    }
    buffer_add_char(&fixture->text, ')');
}

struct slice mime_fixture_outline(struct mime_fixture *fixture)
{
    buffer_reset(&fixture->text);
    add_outline(fixture, 0);
    return buffer_slice(&fixture->text);
}

struct slice mime_fixture_bodystructure(struct mime_fixture *fixture)
{
    buffer_reset(&fixture->text);
    CHECK_OK(mime_render_bodystructure(fixture->tree, MIME_REV1, &fixture->text));
    return buffer_slice(&fixture->text);
}

struct slice mime_fixture_body(struct mime_fixture *fixture)
{
    struct buffer body;
    buffer_init(&body, 0);
    CHECK_OK(mime_body_from_bodystructure(mime_fixture_bodystructure(fixture), &body));
    buffer_clear(&fixture->text);
    fixture->text = body;
    return buffer_slice(&fixture->text);
}

struct slice mime_fixture_section(struct mime_fixture *fixture, const char *specifier,
                                  enum mime_section_kind kind)
{
    uint32_t numbers[16];
    size_t count = 0;
    uint64_t start, end;
    char *next = (char *)specifier;
    while (*next) {
        numbers[count++] = (uint32_t)strtoul(next, &next, 10);
        next += *next == '.';
    }
    if (!mime_section_range(fixture->tree, numbers, count, kind, &start, &end))
        return SLICE("NIL");
    return cut(fixture, start, end);
}
