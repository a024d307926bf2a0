/* Text that goes into mail which the server writes: header fields, bodies, mailto URIs, HTML. */
#include "fuzz.h"
#include "mail/mime.h"
#include "mime/compose.h"
#include "mime/html.h"
#include "mime/transfer.h"
#include "sieve/letter.h"
#include "sieve/mailto.h"

/* Whatever it is made of, it is one field, and no line end stands alone. */
static const char *broken_field(struct slice text)
{
    struct mime_field field;
    size_t cursor = 0;
    if (!mime_field_next(text, &cursor, &field) || !slice_equal(field.line, text))
        return "that is not one field";
    for (size_t i = 0; i < text.len; i++) {
        bool after_cr = i > 0 && text.data[i - 1] == '\r';
        if ((text.data[i] == '\n') != after_cr)
            return "a line end stands alone in a field";
    }
    return NULL;
}

static void check_fields(struct slice text)
{
    struct buffer out;
    buffer_init(&out, 0);
    compose_text_field(&out, SLICE("Subject"), text);
    fuzz_require(broken_field(buffer_slice(&out)));
    buffer_reset(&out);
    compose_address_field(&out, SLICE("From"), text);
    fuzz_require(broken_field(buffer_slice(&out)));
    buffer_clear(&out);
}

static void check_body(struct slice text)
{
    struct buffer out;
    buffer_init(&out, 0);
    sieve_letter_add_text(&out, text);
    if (slice_search(buffer_slice(&out), SLICE("\r\n--")) != SIZE_MAX)
        fuzz_require("a line looks like a boundary");
    buffer_reset(&out);
    sieve_letter_add_entity(&out, text);
    sieve_letter_add_references(&out, text);
    buffer_reset(&out);
    html_to_text(text, &out);
    buffer_clear(&out);
}

static void check_mailto(struct slice text)
{
    struct arena arena;
    struct sieve_mailto mailto;
    arena_init(&arena, 0);
    if (sieve_mailto_parse(text, &arena, &mailto) == 0) {
        for (size_t i = 0; i < mailto.recipient_count; i++)
            check_fields(mailto.recipients[i].address);
    }
    arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = fuzz_slice(data, size);
    check_fields(text);
    check_body(text);
    check_mailto(text);
    return 0;
}
