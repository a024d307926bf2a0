#include <stdlib.h>

#include "mime_fixture.h"
#include "mime_invariants.h"
#include "support/check.h"

#define CRLF "\r\n"

static void check_outline(struct slice message, const char *expected)
{
    struct mime_fixture fixture;
    mime_fixture_init(&fixture, message, NULL);
    struct slice outline = mime_fixture_outline(&fixture);
    check_slice(outline, slice_cstr(expected), "outline", __FILE__, __LINE__);
    mime_fixture_clear(&fixture);
}

#define MIXED "Content-Type: multipart/mixed; boundary=b" CRLF CRLF

void test_mime_scanner_reads_a_message_without_parts(void)
{
    struct mime_fixture fixture;
    mime_fixture_init(&fixture, SLICE("Subject: x" CRLF CRLF "one" CRLF "two"), NULL);
    CHECK_U64(fixture.tree->count, 1);
    CHECK_INT(fixture.tree->parts[0].kind, MIME_LEAF);
    CHECK_U64(fixture.tree->parts[0].body_start, 14);
    CHECK_U64(fixture.tree->parts[0].body_end, 22);
    CHECK_U64(fixture.tree->parts[0].body_lines, 1);
    CHECK_SLICE(fixture.tree->headers[0], "Subject: x" CRLF CRLF);
    mime_fixture_clear(&fixture);
}

void test_mime_scanner_reads_messages_that_lack_pieces(void)
{
    check_outline(SLICE(""), "leaf''");
    check_outline(SLICE(CRLF), "leaf''");
    check_outline(SLICE("\n"), "leaf''");
    check_outline(SLICE("Subject: x"), "leaf''");
    check_outline(SLICE("Subject: x" CRLF), "leaf''");
    check_outline(SLICE("\nbody"), "leaf'body'");
    check_outline(SLICE("\r\r\nbody\n\nx"), "leaf'x'"); /* CR CR LF is no empty line */
}

/* RFC 2046 section 5.1.1: the example, preamble and epilogue included. */
void test_mime_scanner_follows_the_example_of_rfc_2046(void)
{
    check_outline(SLICE("From: Nathaniel Borenstein <nsb@bellcore.example>" CRLF
                        "MIME-Version: 1.0" CRLF
                        "Content-type: multipart/mixed; boundary=\"simple boundary\"" CRLF CRLF
                        "This is the preamble." CRLF CRLF "--simple boundary" CRLF CRLF
                        "This does NOT end with a linebreak." CRLF "--simple boundary" CRLF
                        "Content-type: text/plain; charset=us-ascii" CRLF CRLF
                        "This DOES end with a linebreak." CRLF CRLF "--simple boundary--" CRLF CRLF
                        "This is the epilogue." CRLF),
                  "multipart(leaf'This does NOT end with a linebreak.' "
                  "leaf'This DOES end with a linebreak." CRLF "')");
}

void test_mime_scanner_takes_bare_line_feeds(void)
{
    check_outline(
        SLICE("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n\n--b--\n"),
        "multipart(leaf'one' leaf'two\n')");
    check_outline(SLICE(MIXED "--b\n\none" CRLF "--b" CRLF "\ntwo\n--b--"),
                  "multipart(leaf'one' leaf'two')");
}

void test_mime_scanner_ends_no_line_at_a_bare_carriage_return(void)
{
    check_outline(SLICE(MIXED "--b" CRLF CRLF "one\r--b\r\rtwo" CRLF "--b--"),
                  "multipart(leaf'one\r--b\r\rtwo')");
}

void test_mime_scanner_lets_an_outer_boundary_end_inner_multiparts(void)
{
    check_outline(SLICE(MIXED "--b" CRLF "Content-Type: multipart/related; boundary=inner" CRLF CRLF
                              "--inner" CRLF CRLF "one" CRLF "--b" CRLF CRLF "two" CRLF "--b--"),
                  "multipart(multipart(leaf'one') leaf'two')");
    check_outline(SLICE(MIXED "--b" CRLF "Content-Type: multipart/related; boundary=inner" CRLF CRLF
                              "--inner" CRLF "--b" CRLF CRLF "two"),
                  "multipart(multipart(leaf'') leaf'two')");
}

void test_mime_scanner_ignores_an_inner_boundary_after_its_end(void)
{
    check_outline(SLICE(MIXED "--b" CRLF "Content-Type: multipart/related; boundary=i" CRLF CRLF
                              "--i" CRLF CRLF "one" CRLF "--i--" CRLF "--i" CRLF CRLF "no" CRLF
                              "--b" CRLF CRLF "two" CRLF "--b--" CRLF "--b" CRLF CRLF "no"),
                  "multipart(multipart(leaf'one') leaf'two')");
}

void test_mime_scanner_prefers_the_whole_boundary_to_its_beginning(void)
{
    /* The outer boundary begins the inner one, and the other way round. */
    check_outline(SLICE(MIXED "--b" CRLF "Content-Type: multipart/related; boundary=bb" CRLF CRLF
                              "--bb" CRLF CRLF "one" CRLF "--bb--" CRLF "--b" CRLF CRLF "two" CRLF
                              "--b--"),
                  "multipart(multipart(leaf'one') leaf'two')");
    check_outline(SLICE("Content-Type: multipart/mixed; boundary=bb" CRLF CRLF "--bb" CRLF
                        "Content-Type: multipart/related; boundary=b" CRLF CRLF "--b" CRLF CRLF
                        "one" CRLF "--bb" CRLF CRLF "two" CRLF "--bb--"),
                  "multipart(multipart(leaf'one') leaf'two')");
    /* A boundary that ends with two dashes. */
    check_outline(SLICE("Content-Type: multipart/mixed; boundary=b--" CRLF CRLF "--b--" CRLF CRLF
                        "one" CRLF "--b--" CRLF CRLF "two" CRLF "--b----"),
                  "multipart(leaf'one' leaf'two')");
}

void test_mime_scanner_takes_white_space_behind_a_boundary(void)
{
    check_outline(SLICE(MIXED "--b \t" CRLF CRLF "one" CRLF "--b--  " CRLF "rest"),
                  "multipart(leaf'one')");
    check_outline(SLICE("Content-Type: multipart/mixed; boundary=\"b  \"" CRLF CRLF "--b" CRLF CRLF
                        "one" CRLF "--b--"),
                  "multipart(leaf'one')");
}

void test_mime_scanner_leaves_lines_that_only_look_like_boundaries(void)
{
    check_outline(
        SLICE(MIXED "--b" CRLF CRLF "- one" CRLF "-- " CRLF "--x" CRLF " --b" CRLF "--b--"),
        "multipart(leaf'- one" CRLF "-- " CRLF "--x" CRLF " --b')");
}

void test_mime_scanner_begins_no_part_behind_the_last_octet(void)
{
    check_outline(SLICE(MIXED "--b" CRLF CRLF "one" CRLF "--b"), "multipart(leaf'one')");
    check_outline(SLICE(MIXED "--b" CRLF CRLF "one" CRLF "--b" CRLF),
                  "multipart(leaf'one' leaf'')");
    check_outline(SLICE(MIXED "--b"), "multipart()");
}

void test_mime_scanner_keeps_the_line_end_of_an_unfinished_header(void)
{
    struct mime_fixture fixture;
    mime_fixture_init(&fixture,
                      SLICE(MIXED "--b" CRLF "X-A: 1" CRLF "--b" CRLF "X-B: 2" CRLF CRLF "--b--"),
                      NULL);
    CHECK_SLICE(mime_fixture_outline(&fixture), "multipart(leaf'' leaf'')");
    CHECK_SLICE(fixture.tree->headers[1], "X-A: 1" CRLF);
    CHECK_SLICE(fixture.tree->headers[2], "X-B: 2" CRLF CRLF);
    mime_fixture_clear(&fixture);
}

void test_mime_scanner_opens_messages(void)
{
    check_outline(SLICE("Content-Type: message/rfc822" CRLF CRLF "Subject: inner" CRLF CRLF "text"),
                  "message(leaf'text')");
    check_outline(SLICE("Content-Type: MESSAGE/Global" CRLF CRLF "Subject: inner" CRLF CRLF "text"),
                  "message(leaf'text')");
    check_outline(SLICE(MIXED "--b" CRLF "Content-Type: message/rfc822" CRLF CRLF
                              "Content-Type: multipart/mixed; boundary=c" CRLF CRLF "--c" CRLF CRLF
                              "deep" CRLF "--c--" CRLF "--b--"),
                  "multipart(message(multipart(leaf'deep')))");
    check_outline(SLICE(MIXED "--b" CRLF "Content-Type: message/rfc822" CRLF "--b--"),
                  "multipart(message(leaf''))");
}

void test_mime_scanner_leaves_encoded_messages_closed(void)
{
    check_outline(SLICE("Content-Type: message/rfc822" CRLF
                        "Content-Transfer-Encoding: Base64" CRLF CRLF "U3Vi" CRLF),
                  "leaf'U3Vi" CRLF "'");
    check_outline(SLICE("Content-Transfer-Encoding: quoted-printable" CRLF
                        "Content-Type: message/global" CRLF CRLF "a=3D"),
                  "leaf'a=3D'");
    check_outline(SLICE("Content-Transfer-Encoding: 8bit" CRLF
                        "Content-Type: message/rfc822" CRLF CRLF "A: b" CRLF CRLF "x"),
                  "message(leaf'x')");
}

void test_mime_scanner_takes_parts_of_a_digest_for_messages(void)
{
    check_outline(SLICE("Content-Type: multipart/digest; boundary=b" CRLF CRLF "--b" CRLF CRLF
                        "Subject: one" CRLF CRLF "1" CRLF "--b" CRLF
                        "Content-Type: text/plain" CRLF CRLF "2" CRLF "--b--"),
                  "multipart(message(leaf'1') leaf'2')");
}

void test_mime_scanner_needs_a_boundary_parameter(void)
{
    check_outline(SLICE("Content-Type: multipart/mixed" CRLF CRLF "--b" CRLF), "leaf'--b" CRLF "'");
    check_outline(SLICE("Content-Type: multipart/mixed; boundary=\"\"" CRLF CRLF "--" CRLF),
                  "leaf'--" CRLF "'");
    check_outline(SLICE("Content-Type: multipart; boundary=b" CRLF CRLF "--b"), "leaf'--b'");
}

void test_mime_scanner_reads_boundaries_as_mailers_write_them(void)
{
    const char *types[] = {
        "multipart/mixed;boundary=----=_Part/1",
        "multipart/mixed; boundary=\"----=_Part/1\"",
        "multipart/mixed; charset=x;\r\n\tBOUNDARY=\"----=_Part\\/1\"",
        "multipart (a) / (b) mixed (c) ; (d) boundary (e) = ----=_Part/1 (f)",
        "multipart/mixed;; x; =; boundary=----=_Part/1 ;",
        "multipart/mixed; boundary*0=\"----\"; boundary*1=\"=_Part/1\"",
        "multipart/mixed; boundary*0*=us-ascii'en'%2D---; boundary*1*==_Part%2f1",
        "multipart/mixed; boundary*=''----=_Part/1"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct buffer message;
        buffer_init(&message, 0);
        buffer_printf(&message, "Content-Type: %s" CRLF CRLF "------=_Part/1" CRLF CRLF "x",
                      types[i]);
        check_outline(buffer_slice(&message), "multipart(leaf'x')");
        buffer_clear(&message);
    }
}

void test_mime_scanner_takes_long_boundaries(void)
{
    for (size_t len = 60; len <= 1100; len += 130) {
        struct buffer message;
        buffer_init(&message, 0);
        buffer_printf(&message, "Content-Type: multipart/mixed; boundary=%0*d" CRLF CRLF, (int)len,
                      7);
        buffer_printf(&message, "--%0*d" CRLF CRLF "one" CRLF "--%0*d--" CRLF, (int)len, 7,
                      (int)len, 7);
        struct mime_fixture fixture;
        mime_fixture_init(&fixture, buffer_slice(&message), NULL);
        CHECK_U64(fixture.tree->count, len <= 990 ? 2 : 1);
        mime_fixture_clear(&fixture);
        buffer_clear(&message);
    }
}

/* Every pair of cuts of a message with all that the scanner keeps state for. */
void test_mime_scanner_gives_the_same_tree_for_every_split(void)
{
    static const char text[] =
        "Content-Type: multipart/mixed;\r\n boundary=b\r\n\r\npre\r\n--b\r\nA: b\r\n--b \r\n"
        "Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/digest; boundary=bb\r\n\r\n"
        "--bb\r\n\r\nC: d\n\n-x\r\n--\r\n--bb--\r\n--b-\n\r\n--b--\r\n--b";
    struct slice message = slice_of(text, sizeof text - 1);
    struct arena arena;
    arena_init(&arena, 0);
    const struct mime_tree *whole = mime_scan_in_pieces(&arena, message, message.len);
    CHECK(whole && whole->count == 7);
    for (size_t first = 0; first <= message.len; first++) {
        for (size_t second = first; second <= message.len; second++) {
            struct arena again;
            struct mime_scanner *scanner;
            const struct mime_tree *tree;
            arena_init(&again, 0);
            if (!CHECK_OK(mime_scanner_new(&again, NULL, &scanner)) ||
                !CHECK_OK(mime_scanner_feed(scanner, slice_sub(message, 0, first))) ||
                !CHECK_OK(mime_scanner_feed(scanner, slice_sub(message, first, second - first))) ||
                !CHECK_OK(mime_scanner_feed(scanner, slice_sub(message, second, message.len))) ||
                !CHECK_OK(mime_scanner_finish(scanner, &tree)))
                return;
            if (mime_trees_differ(whole, tree))
                CHECK_U64(first * 1000 + second, 0);
            arena_clear(&again);
        }
    }
    arena_clear(&arena);
}

static void add_nested(struct buffer *message, int depth)
{
    for (int i = 0; i < depth; i++)
        buffer_printf(message,
                      "Content-Type: multipart/mixed; boundary=b%d." CRLF CRLF "--b%d." CRLF, i, i);
    buffer_add_cstr(message, CRLF "deep" CRLF);
}

void test_mime_scanner_keeps_to_the_depth(void)
{
    struct mime_fixture fixture;
    struct buffer message;
    buffer_init(&message, 0);
    add_nested(&message, 1000);
    mime_fixture_init(&fixture, buffer_slice(&message), NULL);
    CHECK_U64(fixture.tree->count, 101);
    CHECK_INT(fixture.tree->parts[100].kind, MIME_LEAF);
    mime_fixture_clear(&fixture);
    mime_fixture_init(&fixture, buffer_slice(&message), &(struct mime_limits){1, 10, 1000});
    CHECK_U64(fixture.tree->count, 2);
    mime_fixture_clear(&fixture);
    mime_fixture_init(&fixture, buffer_slice(&message), &(struct mime_limits){0, 10, 1000});
    CHECK_U64(fixture.tree->count, 1);
    mime_fixture_clear(&fixture);
    buffer_clear(&message);
}

void test_mime_scanner_keeps_to_the_number_of_parts(void)
{
    struct mime_fixture fixture;
    struct slice message = SLICE(MIXED "--b" CRLF CRLF "1" CRLF "--b" CRLF CRLF "2" CRLF
                                       "--b" CRLF CRLF "3" CRLF "--b--" CRLF);
    mime_fixture_init(&fixture, message, &(struct mime_limits){100, 3, 1000});
    CHECK_SLICE(mime_fixture_outline(&fixture),
                "multipart(leaf'1' leaf'2" CRLF "--b" CRLF CRLF "3" CRLF "--b--" CRLF "')");
    mime_fixture_clear(&fixture);
    mime_fixture_init(&fixture, message, &(struct mime_limits){100, 1, 1000});
    CHECK_U64(fixture.tree->count, 1);
    mime_fixture_clear(&fixture);
    message = SLICE(MIXED "--b" CRLF "Content-Type: message/rfc822" CRLF "--b" CRLF CRLF "2");
    mime_fixture_init(&fixture, message, &(struct mime_limits){100, 3, 1000});
    CHECK_U64(fixture.tree->count, 3);
    mime_fixture_clear(&fixture);
}

void test_mime_scanner_survives_many_parts(void)
{
    struct mime_fixture fixture;
    struct buffer message;
    buffer_init(&message, 0);
    buffer_add_cstr(&message, MIXED);
    for (int i = 0; i < 20000; i++)
        buffer_add_cstr(&message, "--b\n\n");
    mime_fixture_init(&fixture, buffer_slice(&message), NULL);
    CHECK_U64(fixture.tree->count, 10000);
    CHECK_U64(fixture.tree->parts[0].child_count, 9999);
    CHECK(mime_fixture_body(&fixture).len > 9999 * 20);
    mime_fixture_clear(&fixture);
    buffer_clear(&message);
}

void test_mime_scanner_looks_at_headers_up_to_the_limit(void)
{
    struct mime_fixture fixture;
    struct slice message = SLICE("X: 0123456789" CRLF MIXED "--b" CRLF CRLF "1");
    mime_fixture_init(&fixture, message, &(struct mime_limits){100, 100, 20});
    CHECK_SLICE(mime_fixture_outline(&fixture), "leaf'--b" CRLF CRLF "1'");
    CHECK_U64(fixture.tree->headers[0].len, 20);
    mime_fixture_clear(&fixture);
}

void test_mime_scanner_bounds_the_headers_of_all_parts(void)
{
    struct mime_fixture fixture;
    struct buffer message;
    uint64_t kept = 0;
    buffer_init(&message, 0);
    buffer_add_cstr(&message, MIXED);
    for (int i = 0; i < 100; i++)
        buffer_printf(&message, "--b" CRLF "X: %080d" CRLF CRLF, i);
    mime_fixture_init(&fixture, buffer_slice(&message), &(struct mime_limits){100, 200, 100});
    CHECK_U64(fixture.tree->count, 101);
    for (uint32_t i = 0; i < fixture.tree->count; i++)
        kept += fixture.tree->headers[i].len;
    CHECK_U64(kept, 800);
    mime_fixture_clear(&fixture);
    buffer_clear(&message);
}

void test_mime_scanner_reports_a_full_arena(void)
{
    struct arena arena;
    struct mime_scanner *scanner;
    struct buffer header;
    buffer_init(&header, 0);
    for (int i = 0; i < 10000; i++)
        buffer_add_cstr(&header, "X: 0123456789" CRLF);
    arena_init(&arena, 64 << 10);
    CHECK_OK(mime_scanner_new(&arena, NULL, &scanner));
    CHECK_ERR(mime_scanner_feed(scanner, buffer_slice(&header)), ERR_NO_MEMORY);
    arena_clear(&arena);
    buffer_clear(&header);
}
