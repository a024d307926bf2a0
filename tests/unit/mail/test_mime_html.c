#include "mime/html.h"
#include "support/check.h"

static void check_text(struct slice html, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 0);
    html_to_text(html, &out);
    CHECK_OK(buffer_check(&out));
    check_slice(buffer_slice(&out), slice_cstr(expected), "text", __FILE__, __LINE__);
    buffer_clear(&out);
}

void test_mime_html_drops_tags(void)
{
    check_text(SLICE(""), "");
    check_text(SLICE("plain"), "plain");
    check_text(SLICE("<p>via<b>gr</b>a</p>"), "viagra\n");
    check_text(SLICE("<a href=\"x>y\" title='>'>link</a>"), "link");
    check_text(SLICE("a<!-- <p>x</p> -->b<!DOCTYPE html>c<?x?>d"), "abcd");
    check_text(SLICE("a<STYLE type=x>p { b: c }</style >b<script>if (a</b) 1;</script>c"), "abc");
}

void test_mime_html_has_lines_and_spaces_as_they_are_seen(void)
{
    check_text(SLICE("  a \r\n b  <br>c<br/>d<p>e</p>\n\n<p>f"), "a b\nc\nd\ne\nf");
    check_text(SLICE("<table><tr><td>1</td><td>2</td></tr><tr><td>3</table>"), "1 2\n3\n");
    check_text(SLICE("a&nbsp;&nbsp;b"), "a b");
}

void test_mime_html_reads_references(void)
{
    check_text(SLICE("&lt;b&gt; &amp;amp; &quot;&#39;&auml;&Ouml;&yuml;&euro;&#228;&#xE4;&#x20AC;"),
               "<b> &amp; \"'\xc3\xa4\xc3\x96\xc3\xbf\xe2\x82\xac\xc3\xa4\xc3\xa4\xe2\x82\xac");
    check_text(SLICE("a & b &unknown; &#; &#x; &#0; &#99999999; &amp"),
               "a & b &unknown; &#; &#x; \xef\xbf\xbd \xef\xbf\xbd &amp");
}

void test_mime_html_reads_anything(void)
{
    check_text(SLICE("a < b <"), "a < b <");
    check_text(SLICE("a<b"), "a");
    check_text(SLICE("a<!--"), "a");
    check_text(SLICE("a<script>"), "a");
    check_text(SLICE("a<p x=\""), "a\n");
    check_text(SLICE("&"), "&");
}

/* Cut off anywhere, it is read to its end. */
void test_mime_html_cut_off(void)
{
    struct slice html = SLICE("<p>a&auml;b</p><!-- c --><script>d</script><a href='e'>f</a>&#12;");
    for (size_t len = 0; len <= html.len; len++) {
        struct buffer out;
        buffer_init(&out, 0);
        html_to_text(slice_sub(html, 0, len), &out);
        CHECK_OK(buffer_check(&out));
        CHECK(out.len <= len + 1);
        buffer_clear(&out);
    }
}
