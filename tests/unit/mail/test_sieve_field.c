#include "sieve/field.h"
#include "support/check.h"

static const struct slice header = {
    "Received: one\r\nTo: a\r\nreceived: two\r\n two\r\nReceived: three\r\n\r\nReceived: body\r\n",
    78};

static void check_fields(struct slice name, struct sieve_occurrence occurrence,
                         const char *expected)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct mime_field *fields = NULL;
    size_t count = 0;
    CHECK_OK(sieve_fields_find(header, name, &occurrence, &arena, &fields, &count));
    struct buffer values;
    buffer_init(&values, 0);
    for (size_t i = 0; i < count; i++) {
        buffer_add(&values, fields[i].value);
        buffer_add_char(&values, '|');
    }
    check_slice(buffer_slice(&values), slice_cstr(expected), "fields", __FILE__, __LINE__);
    buffer_clear(&values);
    arena_clear(&arena);
}

void test_sieve_field_finds_all_of_a_name(void)
{
    struct sieve_occurrence all = {0};
    check_fields(SLICE("RECEIVED"), all, "one|two\r\n two|three|");
    check_fields(SLICE("Cc"), all, "");
}

/* RFC 5260 section 6. */
void test_sieve_field_finds_one_by_number(void)
{
    check_fields(SLICE("Received"), (struct sieve_occurrence){1, false}, "one|");
    check_fields(SLICE("Received"), (struct sieve_occurrence){3, false}, "three|");
    check_fields(SLICE("Received"), (struct sieve_occurrence){4, false}, "");
    check_fields(SLICE("Received"), (struct sieve_occurrence){1, true}, "three|");
    check_fields(SLICE("Received"), (struct sieve_occurrence){3, true}, "one|");
    check_fields(SLICE("Received"), (struct sieve_occurrence){4, true}, "");
    check_fields(SLICE("Received"), (struct sieve_occurrence){UINT64_MAX, true}, "");
}
