#include "mime_fixture.h"
#include "mime_invariants.h"
#include "support/check.h"

#define CRLF "\r\n"

#define NESTED                                                                                     \
    "Content-Type: multipart/mixed; boundary=b" CRLF CRLF "--b" CRLF CRLF "one" CRLF "--b" CRLF    \
    "Content-Type: multipart/related; boundary=c" CRLF CRLF "--c" CRLF CRLF "two" CRLF             \
    "--c--" CRLF "epilogue" CRLF "--b" CRLF "Content-Type: message/rfc822" CRLF CRLF               \
    "A: b" CRLF CRLF "three" CRLF "--b--" CRLF

void test_mime_tree_comes_back_from_its_stored_form(void)
{
    struct mime_fixture fixture;
    struct mime_tree decoded;
    mime_fixture_init(&fixture, SLICE(NESTED), NULL);
    CHECK_SLICE(mime_fixture_outline(&fixture),
                "multipart(leaf'one' multipart(leaf'two') message(leaf'three'))");
    buffer_reset(&fixture.text);
    mime_tree_encode(fixture.tree, &fixture.text);
    if (CHECK_OK(mime_tree_decode(&fixture.arena, buffer_slice(&fixture.text), &decoded))) {
        CHECK(mime_trees_differ(fixture.tree, &decoded) == NULL);
        CHECK(decoded.headers[0].data == NULL);
    }
    mime_fixture_clear(&fixture);
}

void test_mime_tree_is_small_for_a_simple_message(void)
{
    struct mime_fixture fixture;
    struct buffer message;
    buffer_init(&message, 0);
    buffer_printf(&message, "X: %03000d" CRLF CRLF, 1);
    for (int i = 0; i < 1000; i++)
        buffer_add_cstr(&message, "a line of text" CRLF);
    mime_fixture_init(&fixture, buffer_slice(&message), NULL);
    buffer_reset(&fixture.text);
    mime_tree_encode(fixture.tree, &fixture.text);
    CHECK_U64(fixture.text.len, 10);
    mime_fixture_clear(&fixture);
    buffer_clear(&message);
}

void test_mime_tree_refuses_what_encode_did_not_make(void)
{
    struct mime_fixture fixture;
    struct mime_tree decoded = {0};
    mime_fixture_init(&fixture, SLICE(NESTED), NULL);
    buffer_reset(&fixture.text);
    mime_tree_encode(fixture.tree, &fixture.text);
    struct slice stored = buffer_slice(&fixture.text);
    for (size_t len = 0; len < stored.len; len++)
        CHECK_ERR(mime_tree_decode(&fixture.arena, slice_sub(stored, 0, len), &decoded),
                  ERR_CORRUPT);
    static const struct slice broken[] = {
        {"\2\1\0\0\0\0\0", 7},                      /* version */
        {"\1\0", 2},                                /* no part */
        {"\1\1\0\0\0\0\0\0", 8},                    /* something behind */
        {"\1\1\3\0\0\0\0", 7},                      /* kind */
        {"\1\1\4\0\0\0\0", 7},                      /* a root at depth 1 */
        {"\1\1\2\0\0\0\0", 7},                      /* a message without its message */
        {"\1\2\0\0\0\0\0\4\0\0\0\0", 12},           /* a leaf's child */
        {"\1\2\1\0\0\0\0\4\0\0\1\0", 12},           /* a child longer than its parent */
        {"\1\2\1\0\0\0\0\1\0\0\0\0", 12},           /* a second root */
        {"\1\3\2\0\0\0\0\4\0\0\0\0\4\0\0\0\0", 17}, /* two messages in one */
        {"\1\1\0\0\0\377\377\377\377\377\377\377\377\377\1\0", 16}, /* too long */
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        CHECK_ERR(mime_tree_decode(&fixture.arena, broken[i], &decoded), ERR_CORRUPT);
    CHECK(decoded.parts == NULL);
    mime_fixture_clear(&fixture);
}

#define SECTIONS                                                                                   \
    "Subject: outer" CRLF "Content-Type: multipart/mixed; boundary=b" CRLF CRLF "--b" CRLF         \
    "X: 1" CRLF CRLF "one" CRLF "--b" CRLF "Content-Type: message/rfc822" CRLF CRLF                \
    "Subject: inner" CRLF "Content-Type: multipart/mixed; boundary=c" CRLF CRLF "--c" CRLF CRLF    \
    "two-one" CRLF "--c" CRLF "Content-Type: message/rfc822" CRLF CRLF "Subject: deep" CRLF CRLF   \
    "deepest" CRLF "--c--" CRLF "--b--" CRLF

/* The numbering of the example in RFC 3501 section 6.4.5. */
void test_mime_section_finds_parts_by_number(void)
{
    struct mime_fixture fixture;
    mime_fixture_init(&fixture, SLICE(SECTIONS), NULL);
    CHECK_SLICE(mime_fixture_section(&fixture, "", MIME_SECTION_ALL), SECTIONS);
    CHECK_SLICE(mime_fixture_section(&fixture, "1", MIME_SECTION_ALL), "one");
    CHECK_SLICE(mime_fixture_section(&fixture, "2.1", MIME_SECTION_ALL), "two-one");
    CHECK_SLICE(mime_fixture_section(&fixture, "2.2", MIME_SECTION_ALL),
                "Subject: deep" CRLF CRLF "deepest");
    CHECK_SLICE(mime_fixture_section(&fixture, "2.2.1", MIME_SECTION_ALL), "deepest");
    CHECK_SLICE(mime_fixture_section(&fixture, "1", MIME_SECTION_MIME), "X: 1" CRLF CRLF);
    CHECK_SLICE(mime_fixture_section(&fixture, "2.2", MIME_SECTION_MIME),
                "Content-Type: message/rfc822" CRLF CRLF);
    CHECK_SLICE(mime_fixture_section(&fixture, "2.2.1", MIME_SECTION_MIME),
                "Subject: deep" CRLF CRLF);
    mime_fixture_clear(&fixture);
}

void test_mime_section_finds_headers_and_texts_of_messages(void)
{
    struct mime_fixture fixture;
    mime_fixture_init(&fixture, SLICE(SECTIONS), NULL);
    CHECK_SLICE(mime_fixture_section(&fixture, "", MIME_SECTION_HEADER),
                "Subject: outer" CRLF "Content-Type: multipart/mixed; boundary=b" CRLF CRLF);
    CHECK_SLICE(mime_fixture_section(&fixture, "2", MIME_SECTION_HEADER),
                "Subject: inner" CRLF "Content-Type: multipart/mixed; boundary=c" CRLF CRLF);
    CHECK_SLICE(mime_fixture_section(&fixture, "2.2", MIME_SECTION_TEXT), "deepest");
    CHECK(slice_ends_with(mime_fixture_section(&fixture, "2", MIME_SECTION_TEXT),
                          SLICE("deepest" CRLF "--c--")));
    CHECK(slice_ends_with(mime_fixture_section(&fixture, "", MIME_SECTION_TEXT),
                          SLICE("--b--" CRLF)));
    mime_fixture_clear(&fixture);
}

void test_mime_section_is_nil_where_there_is_no_part(void)
{
    struct mime_fixture fixture;
    static const char *const absent[] = {"0", "3", "1.1", "2.3", "2.1.1", "2.2.2", "2.2.1.1"};
    mime_fixture_init(&fixture, SLICE(SECTIONS), NULL);
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        CHECK_SLICE(mime_fixture_section(&fixture, absent[i], MIME_SECTION_ALL), "NIL");
    CHECK_SLICE(mime_fixture_section(&fixture, "1", MIME_SECTION_HEADER), "NIL");
    CHECK_SLICE(mime_fixture_section(&fixture, "1", MIME_SECTION_TEXT), "NIL");
    CHECK_SLICE(mime_fixture_section(&fixture, "", MIME_SECTION_MIME), "NIL");
    mime_fixture_clear(&fixture);
}

void test_mime_section_takes_a_simple_message_for_its_part_1(void)
{
    struct mime_fixture fixture;
    mime_fixture_init(&fixture, SLICE("A: b" CRLF CRLF "text"), NULL);
    CHECK_SLICE(mime_fixture_section(&fixture, "1", MIME_SECTION_ALL), "text");
    CHECK_SLICE(mime_fixture_section(&fixture, "1", MIME_SECTION_MIME), "A: b" CRLF CRLF);
    CHECK_SLICE(mime_fixture_section(&fixture, "2", MIME_SECTION_ALL), "NIL");
    CHECK_SLICE(mime_fixture_section(&fixture, "1.1", MIME_SECTION_ALL), "NIL");
    mime_fixture_clear(&fixture);
}

void test_mime_section_enters_a_message_that_is_only_a_message(void)
{
    struct mime_fixture fixture;
    mime_fixture_init(
        &fixture, SLICE("Content-Type: message/rfc822" CRLF CRLF "A: b" CRLF CRLF "text"), NULL);
    CHECK_SLICE(mime_fixture_section(&fixture, "1", MIME_SECTION_ALL), "A: b" CRLF CRLF "text");
    CHECK_SLICE(mime_fixture_section(&fixture, "1", MIME_SECTION_HEADER), "A: b" CRLF CRLF);
    CHECK_SLICE(mime_fixture_section(&fixture, "1.1", MIME_SECTION_ALL), "text");
    CHECK_SLICE(mime_fixture_section(&fixture, "1.2", MIME_SECTION_ALL), "NIL");
    mime_fixture_clear(&fixture);
}

void test_mime_section_has_the_empty_part_that_bodystructure_shows(void)
{
    struct mime_fixture fixture;
    mime_fixture_init(&fixture,
                      SLICE("Content-Type: multipart/mixed; boundary=b" CRLF CRLF "no part"), NULL);
    CHECK_SLICE(mime_fixture_section(&fixture, "1", MIME_SECTION_ALL), "");
    CHECK_SLICE(mime_fixture_section(&fixture, "2", MIME_SECTION_ALL), "NIL");
    CHECK_SLICE(mime_fixture_section(&fixture, "1.1", MIME_SECTION_ALL), "NIL");
    CHECK_SLICE(mime_fixture_section(&fixture, "1", MIME_SECTION_TEXT), "NIL");
    mime_fixture_clear(&fixture);
}
