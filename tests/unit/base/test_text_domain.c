#include "base/text.h"
#include "support/check.h"

static void check_domain(const char *domain, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    if (expected) {
        CHECK_OK(text_domain(slice_cstr(domain), &out));
        CHECK(slice_equal(buffer_slice(&out), slice_cstr(expected)));
    } else {
        CHECK_ERR(text_domain(slice_cstr(domain), &out), ERR_INVALID);
        CHECK_INT(out.len, 0);
    }
    buffer_clear(&out);
}

void test_text_domain_is_in_small_letters_of_ascii(void)
{
    check_domain("Example.ORG", "example.org");
    check_domain("b\xc3\xbc"
                 "cher.example",
                 "xn--bcher-kva.example");
    check_domain("B\xc3\x9c"
                 "CHER.example",
                 "xn--bcher-kva.example");
    check_domain("xn--bcher-kva.example", "xn--bcher-kva.example");
    check_domain("fa\xc3\x9f.de", "xn--fa-hia.de");
    check_domain("localhost", "localhost");
}

void test_text_domain_refuses_what_is_none(void)
{
    check_domain("", NULL);
    check_domain("a..b", NULL);
    check_domain("a b.example", NULL);
    check_domain("-a.example", NULL);
    check_domain("xn--\xc3\xbc.example", NULL);
    check_domain("\xff.example", NULL);
    char text[400];
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = 0;
    check_domain(text, NULL);
}
