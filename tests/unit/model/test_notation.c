#include "model/notation.h"

#include "support/check.h"

static void check_rendered(void (*render)(struct buffer *, struct slice), struct slice s,
                           struct slice expected, int line)
{
    struct buffer out;
    buffer_init(&out, 0);
    render(&out, s);
    CHECK_OK(buffer_check(&out));
    check_slice(buffer_slice(&out), expected, "rendered", __FILE__, line);
    buffer_clear(&out);
}
#define CHECK_STRING(s, expected)                                                                  \
    check_rendered(notation_string, SLICE(s), SLICE(expected), __LINE__)
#define CHECK_ASTRING(s, expected)                                                                 \
    check_rendered(notation_astring, SLICE(s), SLICE(expected), __LINE__)

void test_notation_string_quotes(void)
{
    CHECK_STRING("", "\"\"");
    CHECK_STRING("hello world", "\"hello world\"");
    CHECK_STRING("say \"hi\" \\o/", "\"say \\\"hi\\\" \\\\o/\"");
    CHECK_STRING("\"", "\"\\\"\"");
    CHECK_STRING("\t\x01\x7f", "\"\t\x01\x7f\"");
}

void test_notation_string_is_a_literal_when_it_cannot_be_quoted(void)
{
    CHECK_STRING("a\r\nb", "{4}\r\na\r\nb");
    CHECK_STRING("a\rb", "{3}\r\na\rb");
    CHECK_STRING("gr\xc3\xbcn", "{5}\r\ngr\xc3\xbcn");
}

void test_notation_string_drops_nul(void)
{
    CHECK_STRING("a\0b\0\0c\0", "{3}\r\nabc");
    CHECK_STRING("\0", "{0}\r\n");
}

void test_notation_string_quotes_up_to_a_length(void)
{
    char text[NOTATION_QUOTED_MAX + 1];
    struct buffer out;
    memset(text, '"', sizeof text);
    buffer_init(&out, 0);
    notation_string(&out, slice_of(text, NOTATION_QUOTED_MAX));
    CHECK_U64(out.len, 2 * NOTATION_QUOTED_MAX + 2);
    CHECK_INT(out.data[0], '"');
    buffer_reset(&out);
    notation_string(&out, slice_of(text, NOTATION_QUOTED_MAX + 1));
    CHECK(slice_starts_with(buffer_slice(&out), SLICE("{1001}\r\n\"\"")));
    CHECK_U64(out.len, NOTATION_QUOTED_MAX + 1 + 8);
    buffer_clear(&out);
}

void test_notation_nstring_knows_nil(void)
{
    check_rendered(notation_nstring, slice_of(NULL, 0), SLICE("NIL"), __LINE__);
    check_rendered(notation_nstring, SLICE(""), SLICE("\"\""), __LINE__);
    check_rendered(notation_nstring, SLICE("NIL"), SLICE("\"NIL\""), __LINE__);
}

void test_notation_astring_is_an_atom_where_it_can(void)
{
    CHECK_ASTRING("INBOX", "INBOX");
    CHECK_ASTRING("Shared/Sales", "Shared/Sales");
    CHECK_ASTRING("a]b", "a]b");
    CHECK_ASTRING("&AOk-", "&AOk-");
    CHECK_ASTRING("", "\"\"");
    CHECK_ASTRING("nil", "\"nil\"");
    CHECK_ASTRING("NIL", "\"NIL\"");
    CHECK_ASTRING("NILS", "NILS");
    CHECK_ASTRING("Other Users", "\"Other Users\"");
    CHECK_ASTRING("\xc3\xa9", "{2}\r\n\xc3\xa9");
    CHECK_ASTRING("a\0b", "{2}\r\nab");
    CHECK_ASTRING("a\\b", "\"a\\\\b\"");
}

/* RFC 3501 section 9, ASTRING-CHAR, octet by octet. */
void test_notation_astring_quotes_specials(void)
{
    for (int c = 1; c < 256; c++) {
        char text[2] = {'x', (char)c};
        struct buffer out;
        bool special = c <= ' ' || c >= 0x7f || strchr("(){%*\"\\", c);
        buffer_init(&out, 0);
        notation_astring(&out, slice_of(text, 2));
        if (slice_equal(buffer_slice(&out), slice_of(text, 2)) == special)
            CHECK_INT(c, -1);
        buffer_clear(&out);
    }
}
