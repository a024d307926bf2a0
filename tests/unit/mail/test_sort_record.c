#include "sort_record.h"

#include "support/check.h"

struct made {
    struct buffer octets;
    struct sort_record record;
};

static void make(struct made *made, const char *header)
{
    buffer_init(&made->octets, 0);
    sort_record_make(slice_cstr(header), &made->octets);
    CHECK_OK(sort_record_read(buffer_slice(&made->octets), &made->record));
}

static void clear(struct made *made)
{
    buffer_clear(&made->octets);
}

void test_sort_record_texts_are_ready_to_compare(void)
{
    struct made made;
    make(&made, "Subject: Re: [list] =?utf-8?q?caf=C3=A9?= Noir\r\n"
                "From: =?utf-8?q?Zo=C3=AB?= <zoe@example.com>, b@example.com\r\n"
                "To: list@example.com\r\n"
                "Cc: friends: a@example.com;\r\n"
                "Date: Sun, 31 Dec 2000 16:01:33 -0800\r\n\r\n");
    const struct sort_record *record = &made.record;
    CHECK_SLICE(record->texts[SORT_TEXT_SUBJECT], "CAFE\xcc\x81 NOIR");
    CHECK_SLICE(record->texts[SORT_TEXT_FROM], "ZOE");
    CHECK_SLICE(record->texts[SORT_TEXT_DISPLAYFROM], "ZOE\xcc\x88");
    CHECK_SLICE(record->texts[SORT_TEXT_TO], "LIST");
    CHECK_SLICE(record->texts[SORT_TEXT_DISPLAYTO], "LIST@EXAMPLE.COM");
    CHECK_SLICE(record->texts[SORT_TEXT_CC], "FRIENDS");
    CHECK(record->is_reply);
    CHECK_INT(record->sent_at, 978307293); /* 1 Jan 2001 00:01:33 UTC */
    clear(&made);
}

void test_sort_record_of_nothing_is_empty(void)
{
    struct made made;
    make(&made, "\r\n");
    for (size_t i = 0; i < SORT_TEXT_COUNT; i++)
        CHECK_SLICE(made.record.texts[i], "");
    CHECK(made.record.sent_at == INT64_MIN);
    CHECK(!made.record.is_reply && !made.record.message_id);
    CHECK_U64(sort_record_reference_count(&made.record), 0);
    clear(&made);
}

static uint64_t id_of(const char *header)
{
    struct made made;
    make(&made, header);
    uint64_t id = made.record.message_id;
    clear(&made);
    return id;
}

void test_sort_record_ids_are_the_same_with_quotes(void)
{
    uint64_t plain = id_of("Message-ID: <01KF8JCEOCBS0045PS@xxx.yyy.com>\r\n\r\n");
    CHECK(plain != 0);
    CHECK_U64(id_of("Message-Id: <\"01KF8JCEOCBS0045PS\"@xxx.yyy.com>\r\n\r\n"), plain);
    CHECK_U64(id_of("Message-Id: <\"01KF8JCEOC\\BS0045PS\"@xxx.yyy.com>\r\n\r\n"), plain);
    CHECK_U64(id_of("Message-Id:\r\n <01KF8JCEOCBS0045PS\r\n @xxx.yyy.com>\r\n\r\n"), plain);
    CHECK(id_of("Message-Id: <01kf8jceocbs0045ps@xxx.yyy.com>\r\n\r\n") != plain);
    CHECK_U64(id_of("Message-Id: 01KF8JCEOCBS0045PS@xxx.yyy.com\r\n\r\n"), 0);
    CHECK_U64(id_of("Message-Id: <a>\r\n\r\n"), 0);
    CHECK_U64(id_of("Message-Id: <@a>\r\n\r\n"), 0);
    CHECK_U64(id_of("Message-Id: <a@>\r\n\r\n"), 0);
    CHECK_U64(id_of("Message-Id: <a@x\r\n\r\n"), 0);
}

void test_sort_record_references(void)
{
    struct made made;
    uint64_t a = id_of("Message-ID: <a@x>\r\n\r\n"), b = id_of("Message-ID: <b@x>\r\n\r\n");
    make(&made, "References: <a@x> junk <bad> <b@x>\r\nIn-Reply-To: <c@x>\r\n\r\n");
    CHECK_U64(sort_record_reference_count(&made.record), 2);
    CHECK_U64(sort_record_reference(&made.record, 0), a);
    CHECK_U64(sort_record_reference(&made.record, 1), b);
    clear(&made);
    make(&made, "References: none\r\nIn-Reply-To: yours of today <bad> <b@x> <a@x>\r\n\r\n");
    CHECK_U64(sort_record_reference_count(&made.record), 1);
    CHECK_U64(sort_record_reference(&made.record, 0), b);
    clear(&made);
}

void test_sort_record_keeps_the_last_references(void)
{
    struct buffer header;
    struct made made;
    buffer_init(&header, 0);
    buffer_add_cstr(&header, "References:");
    for (int i = 0; i < SORT_REFERENCES_MAX + 7; i++)
        buffer_printf(&header, " <%d@x>", i);
    buffer_add_cstr(&header, "\r\n\r\n");
    buffer_add_char(&header, '\0');
    make(&made, header.data);
    CHECK_U64(sort_record_reference_count(&made.record), SORT_REFERENCES_MAX);
    CHECK_U64(sort_record_reference(&made.record, 0), id_of("Message-ID: <7@x>\r\n\r\n"));
    clear(&made);
    buffer_clear(&header);
}

void test_sort_record_refuses_what_it_has_not_made(void)
{
    struct made made;
    struct sort_record record;
    make(&made, "Subject: a\r\nFrom: b@example.com\r\nReferences: <a@x>\r\n\r\n");
    struct slice octets = buffer_slice(&made.octets);
    for (size_t len = 0; len < octets.len; len++)
        CHECK_ERR(sort_record_read(slice_sub(octets, 0, len), &record), ERR_CORRUPT);
    made.octets.data[0] ^= 1;
    CHECK_ERR(sort_record_read(octets, &record), ERR_CORRUPT);
    clear(&made);
}
