#include <stdio.h>

#include "sieve/vacation.h"
#include "support/check.h"

static struct arena arena = {.max = ARENA_MAX_DEFAULT};

static const struct slice aliases[] = {{"alice@home.example", 18}};
static const struct sieve_vacation usual = {
    .header = {"To: Alice <ALICE@example.org>\r\nSubject: hi\r\n\r\n", 46},
    .sender = {"bob@example.com", 15},
    .recipient = {"a.l@example.org", 15},
    .own_addresses = {"al@example.org alice@example.org", 32},
    .aliases = aliases,
    .alias_count = 1,
};

static void check_judged(struct sieve_vacation vacation, bool due)
{
    const char *why_not = "untouched";
    CHECK_OK(sieve_vacation_judge(&vacation, &arena, &why_not));
    if (!CHECK_INT(why_not == NULL, due))
        fprintf(stderr, "%s: %.*s\n", why_not ? why_not : "due", SLICE_ARGS(vacation.sender));
    arena_clear(&arena);
}

static void check_sender(const char *sender, bool due)
{
    struct sieve_vacation vacation = usual;
    vacation.sender = slice_cstr(sender);
    check_judged(vacation, due);
}

static void check_header(const char *header, bool due)
{
    struct sieve_vacation vacation = usual;
    vacation.header = slice_cstr(header);
    check_judged(vacation, due);
}

void test_sieve_vacation_answers_people(void)
{
    check_judged(usual, true);
    check_sender("Owner@example.com", true);
    check_sender("request@example.com", true);
}

/* RFC 5230 section 4.6. */
void test_sieve_vacation_does_not_answer_programs(void)
{
    check_sender("", false);
    check_sender("MAILER-daemon@example.com", false);
    check_sender("MAILER-DAEMON", false);
    check_sender("listserv@example.com", false);
    check_sender("Majordomo@example.com", false);
    check_sender("owner-sales@example.com", false);
    check_sender("sales-REQUEST@example.com", false);
    check_sender("sales-bounces+alice=example.org@example.com", false);
    check_sender("sales-owner@example.com", false);
    check_sender("No-Reply@example.com", false);
    check_sender("noreply+7@example.com", false);
    check_sender("owner@example.com", true);
}

void test_sieve_vacation_does_not_answer_oneself(void)
{
    check_sender("Alice@Home.example", false);
    check_sender("al@example.org", false);
    check_sender("a.l@example.org", false);
}

/* RFC 5230 section 4.6, RFC 3834 section 2. */
void test_sieve_vacation_does_not_answer_lists(void)
{
    check_header("To: alice@example.org\r\nlist-id: x\r\n\r\n", false);
    check_header("To: alice@example.org\r\nList-Unsubscribe: x\r\n\r\n", false);
    check_header("To: alice@example.org\r\nPrecedence:  Bulk \r\n\r\n", false);
    check_header("To: alice@example.org\r\nPrecedence: junk\r\n\r\n", false);
    check_header("To: alice@example.org\r\nPrecedence: list\r\n\r\n", false);
    check_header("To: alice@example.org\r\nPrecedence: first-class\r\n\r\n", true);
    check_header("To: alice@example.org\r\nX-Auto-Response-Suppress: DR, oof\r\n\r\n", false);
    check_header("To: alice@example.org\r\nX-Auto-Response-Suppress: All\r\n\r\n", false);
    check_header("To: alice@example.org\r\nX-Auto-Response-Suppress: DR,RN\r\n\r\n", true);
    check_header("To: alice@example.org\r\nAuto-Submitted: auto-replied\r\n\r\n", false);
    check_header("To: alice@example.org\r\nAuto-Submitted: auto-generated (x); a=b\r\n\r\n", false);
    check_header("To: alice@example.org\r\nAuto-Submitted: (really) No ; a=b\r\n\r\n", true);
}

/* RFC 5230 section 4.5. */
void test_sieve_vacation_wants_the_owner_in_the_header(void)
{
    check_header("To: carol@example.org\r\n\r\n", false);
    check_header("Subject: alice@example.org\r\n\r\n", false);
    check_header("To: carol@example.org, alice@home.example\r\n\r\n", true);
    check_header("To: carol@example.org\r\nCC: x:A <a.l@example.org>;\r\n\r\n", true);
    check_header("Bcc: al@example.org\r\n\r\n", true);
    check_header("Resent-To: al@example.org\r\n\r\n", true);
    check_header("Resent-Cc: al@example.org\r\n\r\n", true);
    check_header("Resent-Bcc: al@example.org\r\n\r\n", true);
    check_header("To: al@example.org.evil\r\n\r\n", false);
}

static void check_subject(struct slice header, const char *expected)
{
    struct slice subject = SLICE_EMPTY;
    CHECK_OK(sieve_vacation_subject(header, &arena, &subject));
    check_slice(subject, slice_cstr(expected), "subject", __FILE__, __LINE__);
    arena_clear(&arena);
}

void test_sieve_vacation_subject(void)
{
    check_subject(usual.header, "Auto: hi");
    check_subject(SLICE("Subject: =?utf-8?q?caf=C3=A9?=\r\n =?utf-8?q?s?=\r\n\r\n"),
                  "Auto: caf\xc3\xa9s");
    check_subject(SLICE("To: x\r\n\r\n"), "Automated reply");
    check_subject(SLICE("Subject: \r\n\r\n"), "Automated reply");
}

void test_sieve_vacation_handle_tells_replies_apart(void)
{
    static const struct {
        struct slice subject, from;
        bool is_mime;
        struct slice reason;
    } replies[] = {
        {{"a", 1}, {"b", 1}, false, {"c", 1}},  {{"ab", 2}, {"", 0}, false, {"c", 1}},
        {{"a", 1}, {"bc", 2}, false, {"", 0}},  {{"a", 1}, {"b", 1}, true, {"c", 1}},
        {{"a", 1}, {"b", 1}, false, {"cc", 2}},
    };
    enum { COUNT = sizeof replies / sizeof replies[0] };
    struct slice handles[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        struct slice again = SLICE_EMPTY;
        for (int twice = 0; twice < 2; twice++)
            CHECK_OK(sieve_vacation_handle(replies[i].subject, replies[i].from, replies[i].is_mime,
                                           replies[i].reason, &arena,
                                           twice ? &again : &handles[i]));
        CHECK(slice_equal(again, handles[i]));
        for (size_t j = 0; j < i; j++)
            CHECK(!slice_equal(handles[i], handles[j]));
    }
    arena_clear(&arena);
}

/* RFC 5230 section 4.1, RFC 6131 section 2. */
void test_sieve_vacation_seconds_are_bounded(void)
{
    CHECK_U64(sieve_vacation_seconds(0), 60);
    CHECK_U64(sieve_vacation_seconds(1800), 1800);
    CHECK_U64(sieve_vacation_seconds((uint64_t)365 * 86400), 90 * 86400);
    CHECK_U64(sieve_vacation_seconds(UINT64_MAX), 90 * 86400);
}
