#include "proto/lexer.h"
#include "proto/writer.h"
#include "support/check.h"

static void check_mailbox_in(bool utf8, const char *name, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    write_mailbox(&out, slice_cstr(name), utf8);
    check_slice(buffer_slice(&out), slice_cstr(expected), name, __FILE__, __LINE__);
    buffer_clear(&out);
}

static void check_mailbox(const char *name, const char *expected)
{
    check_mailbox_in(false, name, expected);
}

void test_writer_mailbox(void)
{
    check_mailbox("INBOX", "INBOX");
    check_mailbox("Shared/Sales", "Shared/Sales");
    check_mailbox("Other Users/bob", "\"Other Users/bob\"");
    check_mailbox("a\"b\\c", "\"a\\\"b\\\\c\"");
    check_mailbox("Entw\xc3\xbcrfe", "Entw&APw-rfe");
    check_mailbox("A&B", "A&-B");
    check_mailbox("NIL", "\"NIL\"");
    check_mailbox("a*b%", "\"a*b%\"");
    check_mailbox("", "\"\"");
}

void test_writer_mailbox_in_utf8(void)
{
    check_mailbox_in(true, "INBOX", "INBOX");
    check_mailbox_in(true, "Entw\xc3\xbcrfe", "\"Entw\xc3\xbcrfe\"");
    check_mailbox_in(true, "A&B", "A&B");
    check_mailbox_in(true, "\xc3\xbc\"\\", "\"\xc3\xbc\\\"\\\\\"");
    check_mailbox_in(true, "NIL", "\"NIL\"");
}

void test_writer_flags(void)
{
    struct buffer out;
    struct keyword_table keywords = {.count = 2};
    keywords.names[0] = SLICE("$Forwarded");
    keywords.names[57] = SLICE("work");
    flag_mask forwarded = (flag_mask)1 << FLAG_KEYWORD_FIRST;
    flag_mask unnamed = (flag_mask)1 << (FLAG_KEYWORD_FIRST + 1);
    flag_mask work = (flag_mask)1 << (FLAG_KEYWORD_FIRST + 57);

    buffer_init(&out, 0);
    write_flags(&out, 0, &keywords, false);
    CHECK_SLICE(buffer_slice(&out), "()");
    buffer_reset(&out);
    write_flags(&out, 0, &keywords, true);
    CHECK_SLICE(buffer_slice(&out), "(\\Recent)");
    buffer_reset(&out);
    write_flags(&out, FLAGS_SYSTEM | forwarded | unnamed | work, &keywords, true);
    CHECK_SLICE(buffer_slice(&out), "(\\Seen \\Answered \\Flagged \\Deleted \\Draft \\Recent "
                                    "$Forwarded work)");
    buffer_reset(&out);
    write_flags(&out, work | FLAG_SEEN, &keywords, false);
    CHECK_SLICE(buffer_slice(&out), "(\\Seen work)");
    buffer_clear(&out);
}

static void check_date_time(int64_t micros, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    write_date_time(&out, micros);
    check_slice(buffer_slice(&out), slice_cstr(expected), "date-time", __FILE__, __LINE__);
    buffer_clear(&out);
}

void test_writer_date_time(void)
{
    check_date_time(0, "\" 1-Jan-1970 00:00:00 +0000\"");
    check_date_time(837596665999999, "\"17-Jul-1996 09:44:25 +0000\"");
    check_date_time(-1, "\"31-Dec-1969 23:59:59 +0000\"");
    check_date_time(-86400000000, "\"31-Dec-1969 00:00:00 +0000\"");
    check_date_time(1709251199000000, "\"29-Feb-2024 23:59:59 +0000\"");
}

void test_writer_date_time_reads_back(void)
{
    for (int64_t second = -3000000000; second < 5000000000; second += 86400 * 30 + 12345) {
        struct buffer out;
        struct arena arena;
        struct lexer lexer;
        int64_t micros = 0;
        buffer_init(&out, 0);
        arena_init(&arena, 0);
        write_date_time(&out, second * 1000000);
        lexer_init(&lexer, buffer_slice(&out), &arena);
        CHECK_OK(lexer_date_time(&lexer, &micros));
        CHECK_INT(micros, second * 1000000);
        arena_clear(&arena);
        buffer_clear(&out);
    }
}
