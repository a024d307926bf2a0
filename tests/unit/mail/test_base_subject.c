/* RFC 5256 section 2.1 */
#include "base_subject.h"

#include "support/check.h"

static void check_base(const char *subject, const char *base, bool is_reply, int line)
{
    struct buffer prepared;
    bool found_reply;
    buffer_init(&prepared, 0);
    base_subject_prepare(slice_cstr(subject), &prepared);
    struct slice found = base_subject(buffer_slice(&prepared), &found_reply);
    check_slice(found, slice_cstr(base), subject, __FILE__, line);
    CHECK_INT(found_reply, is_reply);
    buffer_clear(&prepared);
}

#define REPLY(subject, base) check_base((subject), (base), true, __LINE__)
#define FIRST(subject, base) check_base((subject), (base), false, __LINE__)

void test_base_subject_leaves_what_is_no_mark(void)
{
    FIRST("", "");
    FIRST("hello", "hello");
    FIRST("  hello   there\t you ", "hello there you");
    FIRST("hello\r\n\tthere", "hello there");
    FIRST("rest: a", "rest: a");
    FIRST("re a", "re a");
    FIRST("Aw: a", "Aw: a");
    FIRST("regarding: b", "regarding: b");
    FIRST("fwdd: a", "fwdd: a");
    FIRST("a re: b", "a re: b");
    FIRST("re [a] b: c", "re [a] b: c");
    FIRST("re[a][b]: c", "re[a][b]: c");
    FIRST("=?utf-8?q?caf=C3=A9?=", "caf\xc3\xa9");
}

void test_base_subject_removes_replies_and_forwards(void)
{
    REPLY("Re: hello", "hello");
    REPLY("RE:hello", "hello");
    REPLY("re: re: Re: hello", "hello");
    REPLY("Fw: hello", "hello");
    REPLY("fwd: hello", "hello");
    REPLY("Re : hello", "hello");
    REPLY("Re [2]: hello", "hello");
    REPLY("re[2]: fwd [x] : hello", "hello");
    REPLY("hello (fwd)", "hello");
    REPLY("hello (FWD) (fwd)  ", "hello");
    REPLY("hello(fwd)", "hello");
    REPLY("Re: hello (fwd)", "hello");
    REPLY("Re:", "");
    REPLY("(fwd)", "");
    REPLY("=?utf-8?q?Re=3A_caf=C3=A9?=", "caf\xc3\xa9");
    REPLY("=?utf-8?q?Re?=: a", "a");
}

void test_base_subject_removes_blobs(void)
{
    FIRST("[list] hello", "hello");
    FIRST("[a] [b][c]hello", "hello");
    FIRST("[list]", "[list]");
    FIRST("[a][b]", "[b]");
    FIRST("[a] hello [b]", "hello [b]");
    FIRST("[a hello", "[a hello");
    FIRST("[a[b]c] hello", "[a[b]c] hello");
    FIRST("[] hello", "hello");
    REPLY("[list] Re: hello", "hello");
    REPLY("Re: [list] hello", "hello");
    REPLY("[a][b] re: [c] fwd: [d] hello", "hello");
    REPLY("Re: [list]", "[list]");
    REPLY("[list] Re:", "");
}

void test_base_subject_unwraps_forwards(void)
{
    REPLY("[fwd: hello]", "hello");
    REPLY("[Fwd: Re: hello (fwd)]", "hello");
    REPLY("[fwd: [fwd: hello] ]", "hello");
    REPLY("Re: [fwd: [list] hello]", "hello");
    REPLY("[fwd: [list] ]", "[list]");
    FIRST("[fwd: hello", "[fwd: hello");
    FIRST("[fwd: hello] there", "there");
}

static void repeat(const char *piece, size_t count, const char *end, struct buffer *out)
{
    buffer_reset(out);
    for (size_t i = 0; i < count; i++)
        buffer_add_cstr(out, piece);
    buffer_add_cstr(out, end);
}

/* By the square of their number these would take minutes. */
void test_base_subject_is_linear(void)
{
    static const char *const pieces[] = {"[]", "[a] ", "re:", "[fwd:", "(fwd)", "re[", "[ re:"};
    struct buffer text;
    bool is_reply;
    buffer_init(&text, 0);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        repeat(pieces[i], 200000, "x", &text);
        CHECK(base_subject(buffer_slice(&text), &is_reply).len > 0);
        repeat(pieces[i], 200000, "]", &text);
        CHECK(base_subject(buffer_slice(&text), &is_reply).len <= text.len);
    }
    buffer_clear(&text);
}
