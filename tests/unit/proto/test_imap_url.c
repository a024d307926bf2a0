#include "proto/imap_url.h"

#include <string.h>

#include "fetch_section.h"
#include "support/check.h"

static int parse(struct slice text, struct arena *arena, struct imap_url *url)
{
    arena_init(arena, 0);
    *url = (struct imap_url){0};
    return imap_url_parse(text, arena, url);
}

static void describe(const struct imap_url *url, struct buffer *out)
{
    buffer_add(out, url->mailbox);
    buffer_printf(out, "|%u|%u|", url->uidvalidity, url->uid);
    fetch_section_render(&url->section, out);
    if (url->section.partial && url->section.length != UINT64_MAX)
        buffer_printf(out, "%llu", (unsigned long long)url->section.length);
}

static void check_url(struct slice text, const char *expected, int line)
{
    struct arena arena;
    struct imap_url url;
    struct buffer out;
    buffer_init(&out, 0);
    check_error(parse(text, &arena, &url), ERR_NONE, text.data, __FILE__, line);
    describe(&url, &out);
    check_slice(buffer_slice(&out), slice_cstr(expected), text.data, __FILE__, line);
    buffer_clear(&out);
    arena_clear(&arena);
}

#define CHECK_URL(text, expected) check_url(SLICE(text), (expected), __LINE__)

void test_imap_url_reads_messages_and_parts(void)
{
    CHECK_URL("/Drafts/;UID=3002", "Drafts|0|3002|[]");
    CHECK_URL("/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER",
              "Drafts|385759045|20|[HEADER]");
    CHECK_URL("/Drafts;UIDVALIDITY=385759045/;UID=20/;Section=2.MIME",
              "Drafts|385759045|20|[2.MIME]");
    CHECK_URL("/gray-council;uidvalidity=385759045/;UID=20/;PARTIAL=0.1024",
              "gray-council|385759045|20|[]<0>1024");
    CHECK_URL("/a/b/c/;uid=4294967295/;section=1.2/;partial=7", "a/b/c|0|4294967295|[1.2]<7>");
    CHECK_URL("/INBOX/;UID=1/;SECTION=HEADER.FIELDS%20(To%20Cc)",
              "INBOX|0|1|[HEADER.FIELDS (To Cc)]");
}

void test_imap_url_decodes_names(void)
{
    CHECK_URL("/%E5%8F%B0%E5%8C%97/;UID=1", "\xe5\x8f\xb0\xe5\x8c\x97|0|1|[]");
    CHECK_URL("/gray%20council%3b%2F%25/;UID=1", "gray council;/%|0|1|[]");
    CHECK_URL("/R&D/;UID=1", "R&D|0|1|[]"); /* no modified UTF-7 (RFC 5092 section 8) */
}

static void check_refused(struct slice text, int line)
{
    struct arena arena;
    struct imap_url url;
    check_error(parse(text, &arena, &url), ERR_SYNTAX, text.data, __FILE__, line);
    CHECK_INT(url.uid, 0);
    arena_clear(&arena);
}

#define CHECK_REFUSED(text) check_refused(SLICE(text), __LINE__)

void test_imap_url_refuses_what_is_not_of_a_message(void)
{
    CHECK_REFUSED("");
    CHECK_REFUSED("/");
    CHECK_REFUSED("/INBOX");
    CHECK_REFUSED("/INBOX?SUBJECT%20x");
    CHECK_REFUSED("/;UID=1");
    CHECK_REFUSED("imap://example.org/INBOX/;UID=1");
    CHECK_REFUSED("//example.org/INBOX/;UID=1");
    CHECK_REFUSED("INBOX/;UID=1"); /* relative paths: section 7.2 */
    CHECK_REFUSED(";UID=1");
    CHECK_REFUSED("/INBOX;UID=1");
    CHECK_REFUSED("/INBOX/;UID=1/;URLAUTH=anonymous");
}

void test_imap_url_refuses_bad_syntax(void)
{
    CHECK_REFUSED("/INBOX/;UID=0");
    CHECK_REFUSED("/INBOX/;UID=4294967296");
    CHECK_REFUSED("/INBOX/;UID=*");
    CHECK_REFUSED("/INBOX/;UID=1 ");
    CHECK_REFUSED("/INBOX;UIDVALIDITY=0/;UID=1");
    CHECK_REFUSED("/gray council/;UID=1");
    CHECK_REFUSED("/\xc3\xa4/;UID=1");
    CHECK_REFUSED("/%C3/;UID=1");
    CHECK_REFUSED("/a%00/;UID=1");
    CHECK_REFUSED("/a%4/;UID=1");
    CHECK_REFUSED("/INBOX/;UID=1/;SECTION=");
    CHECK_REFUSED("/INBOX/;UID=1/;SECTION=MIME");
    CHECK_REFUSED("/INBOX/;UID=1/;SECTION=NONE");
    CHECK_REFUSED("/INBOX/;UID=1/;SECTION=TEXT%5D%3C0.1%3E");
    CHECK_REFUSED("/INBOX/;UID=1/;PARTIAL=");
    CHECK_REFUSED("/INBOX/;UID=1/;PARTIAL=1.0");
    CHECK_REFUSED("/INBOX/;UID=1/;PARTIAL=1/;SECTION=1");
}

/* Cut off anywhere, it is a message as soon as there is a UID, and else nothing. */
void test_imap_url_cut_off_is_another_or_none(void)
{
    const char *whole = "/a%20b;UIDVALIDITY=7/;UID=20/;SECTION=1.MIME/;PARTIAL=3.4";
    size_t uid = (size_t)(strstr(whole, "/;UID=") - whole) + strlen("/;UID=");
    for (size_t len = 0; len < strlen(whole); len++) {
        struct arena arena;
        struct imap_url url;
        int err = parse(slice_of(whole, len), &arena, &url);
        CHECK(err == 0 || err == -ERR_SYNTAX);
        CHECK(err != 0 || len > uid);
        if (len > uid && len <= uid + 2)
            CHECK_INT(err, 0);
        arena_clear(&arena);
    }
}

void test_imap_url_refused_is_shown_in_octets_that_may(void)
{
    struct buffer out;
    buffer_init(&out, 0);
    imap_url_render_refused(SLICE("/a]b\\c d\xc3\r\n/;UID=1"), &out);
    CHECK_SLICE(buffer_slice(&out), "/a%5Db%5Cc%20d%C3%0D%0A/;UID=1");
    buffer_clear(&out);
}
