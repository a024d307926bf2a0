/* Looking for texts in one message, without any database. */
#include "base/text.h"
#include "search_match.h"
#include "support/check.h"

enum { KEYS_MAX = 64 };

/* The keys of a search, and what is known of each after header and body. */
struct lookup {
    struct arena arena;
    struct search_node nodes[KEYS_MAX];
    struct search_step steps[KEYS_MAX];
    struct search_step *texts[KEYS_MAX];
    struct search_program program;
    unsigned char after_header[KEYS_MAX];
    unsigned char after_body[KEYS_MAX];
};

static void add_key(struct lookup *lookup, enum search_kind kind, const char *name,
                    const char *text)
{
    size_t i = lookup->program.text_count++;
    struct buffer folded;
    buffer_init(&folded, 0);
    text_fold(slice_cstr(text), &folded);
    lookup->nodes[i] =
        (struct search_node){.kind = kind,
                             .name = slice_cstr(name),
                             .text = arena_copy(&lookup->arena, buffer_slice(&folded))};
    lookup->steps[i] = (struct search_step){.node = &lookup->nodes[i], .text_index = i};
    lookup->texts[i] = &lookup->steps[i];
    lookup->program.texts = lookup->texts;
    buffer_clear(&folded);
}

static void begin(struct lookup *lookup)
{
    *lookup = (struct lookup){0};
    arena_init(&lookup->arena, 0);
}

static void run(struct lookup *lookup, struct slice message)
{
    struct search_matcher matcher;
    search_matcher_init(&matcher, &lookup->program);
    size_t header_end = slice_search(message, SLICE("\r\n\r\n"));
    CHECK_OK(
        search_match_header(&matcher, slice_sub(message, 0, header_end + 4), lookup->after_header));
    memcpy(lookup->after_body, lookup->after_header, sizeof lookup->after_body);
    CHECK_OK(search_match_body(&matcher, message, lookup->after_body));
    search_matcher_clear(&matcher);
    arena_clear(&lookup->arena);
}

static void check_key(struct slice message, enum search_kind kind, const char *name,
                      const char *text, enum truth after_header, enum truth after_body)
{
    struct lookup lookup;
    begin(&lookup);
    add_key(&lookup, kind, name, text);
    run(&lookup, message);
    check_int(lookup.after_header[0], after_header, text, __FILE__, __LINE__);
    check_int(lookup.after_body[0], after_body, text, __FILE__, __LINE__);
}

#define U TRUTH_UNKNOWN
#define F TRUTH_FALSE
#define T TRUTH_TRUE

static const char plain[] =
    "From: Zo\xc3\xab <zoe@example.org>\r\n"
    "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?Q?_aus_K=C3=B6ln?=\r\n"
    "X-Empty:\r\n"
    "Content-Type: text/plain; charset=iso-8859-1\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "Die Stra=DFe ist\r\nsehr   lang und brei=\r\nt.\r\n";

/* As it was sent, and as it reads. */
void test_search_text_html_is_both(void)
{
    struct slice message = SLICE("Content-Type: text/html; charset=us-ascii\r\n\r\n"
                                 "<p title=hidden>Gr&uuml;&szlig;e aus <b>K</b>&ouml;ln</p>"
                                 "<script>secret</script>\r\n");
    check_key(message, SEARCH_BODY, "",
              "GR\xc3\x9c\xc3\x9f"
              "E AUS K\xc3\x96LN",
              U, T);
    check_key(message, SEARCH_TEXT, "", "hidden", U, T);
    check_key(message, SEARCH_BODY, "", "&ouml;ln</p><script>secret", U, T);
    check_key(message, SEARCH_BODY, "", "k&ouml;ln", U, F);
    struct slice text = SLICE("Content-Type: text/plain\r\n\r\nGr&uuml;n <b>i</b>st\r\n");
    check_key(text, SEARCH_BODY, "", "gr\xc3\xbcn", U, F);
    check_key(text, SEARCH_BODY, "", "ist", U, F);
}

void test_search_text_header_is_decoded_and_folded(void)
{
    struct slice message = slice_cstr(plain);
    check_key(message, SEARCH_HEADER, "Subject",
              "gr\xc3\xbc\xc3\x9f"
              "e aus",
              T, T);
    check_key(message, SEARCH_HEADER, "subject", "GR\xc3\x9cSSE", T, T);
    check_key(message, SEARCH_HEADER, "subject", "utf-8", F, F);
    check_key(message, SEARCH_HEADER, "From", "zo\xc3\x8b", T, T);
    check_key(message, SEARCH_HEADER, "To", "zo\xc3\x8b", F, F);
    check_key(message, SEARCH_HEADER, "From", "from: zo", F, F);
}

void test_search_text_empty_text_asks_for_the_field(void)
{
    struct slice message = slice_cstr(plain);
    check_key(message, SEARCH_HEADER, "X-Empty", "", T, T);
    check_key(message, SEARCH_HEADER, "X-Emp", "", F, F);
    check_key(message, SEARCH_HEADER, "Bcc", "", F, F);
}

void test_search_text_body_is_decoded_and_folded(void)
{
    struct slice message = slice_cstr(plain);
    check_key(message, SEARCH_BODY, "",
              "stra\xc3\x9f"
              "e",
              U, T);
    check_key(message, SEARCH_BODY, "", "STRASSE IST SEHR LANG", U, T);
    check_key(message, SEARCH_BODY, "", "breit.", U, T);
    check_key(message, SEARCH_BODY, "", "=DF", U, F);
    check_key(message, SEARCH_BODY, "", "zoe", U, F);
}

void test_search_text_is_header_or_body(void)
{
    struct slice message = slice_cstr(plain);
    check_key(message, SEARCH_TEXT, "", "lang", U, T);
    check_key(message, SEARCH_TEXT, "", "k\xc3\xb6ln", T, T);
    check_key(message, SEARCH_TEXT, "", "subject: gr", T, T);
    check_key(message, SEARCH_TEXT, "", "nowhere", U, F);
}

static const char nested[] =
    "Subject: outer\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "preamble words\r\n"
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    "w4RwZmVsIHVuZCBCaXJuZW4=\r\n"
    "--b\r\nContent-Type: application/octet-stream; name=\"hidden.bin\"\r\n\r\nbinary words\r\n"
    "--b\r\nContent-Type: message/rfc822\r\n\r\n"
    "Subject: =?utf-8?B?aW5uZXIgU8OkdHpl?=\r\nContent-Type: text/html\r\n\r\n<p>markup</p>\r\n"
    "--b--\r\n";

void test_search_text_looks_into_all_text_parts(void)
{
    struct slice message = slice_cstr(nested);
    check_key(message, SEARCH_BODY, "", "\xc3\xa4pfel", U, T);
    check_key(message, SEARCH_BODY, "", "markup", U, T);
    check_key(message, SEARCH_BODY, "", "binary words", U, F);
    check_key(message, SEARCH_BODY, "", "outer", U, F);
}

/* RFC 9051 section 6.4.4. */
void test_search_text_includes_headers_of_messages_within_and_body_none(void)
{
    struct slice message = slice_cstr(nested);
    check_key(message, SEARCH_TEXT, "", "inner s\xc3\xa4tze", U, T);
    check_key(message, SEARCH_TEXT, "", "subject: inner", U, T);
    check_key(message, SEARCH_BODY, "", "inner", U, F);
    check_key(message, SEARCH_HEADER, "Subject", "inner", F, F);
}

void test_search_text_includes_headers_of_parts_and_body_none(void)
{
    struct slice message = slice_cstr(nested);
    check_key(message, SEARCH_TEXT, "", "hidden.bin", U, T);
    check_key(message, SEARCH_TEXT, "", "content-type: application/octet-stream", U, T);
    check_key(message, SEARCH_BODY, "", "hidden.bin", U, F);
    check_key(message, SEARCH_HEADER, "Content-Type", "octet-stream", F, F);
    check_key(message, SEARCH_HEADER, "Content-Type", "multipart", T, T);
}

/* As RFC 2231 and RFC 2047 encode them, plain beside encoded, and in a message that is one file. */
void test_search_text_includes_names_of_files(void)
{
    struct slice message = SLICE(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: application/pdf; name=\"=?utf-8?Q?Pr=C3=BCfung.pdf?=\"\r\n\r\nx\r\n"
        "--b\r\nContent-Disposition: attachment; filename=\"plain.pdf\";\r\n"
        " filename*=iso-8859-1'de'gr%FC%DFe%20an%20alle.pdf\r\n\r\nx\r\n"
        "--b\r\nContent-Disposition: attachment; filename*0*=utf-8''%E6%97%A5;\r\n"
        " filename*1*=%E6%9C%AC; filename*2=\".odt\"\r\n\r\nx\r\n"
        "--b--\r\n");
    check_key(message, SEARCH_TEXT, "",
              "pr\xc3\xbc"
              "fung.pdf",
              U, T);
    check_key(message, SEARCH_TEXT, "", "plain.pdf", U, T);
    check_key(message, SEARCH_TEXT, "", "GR\xc3\x9cSSE AN ALLE.PDF", U, T);
    check_key(message, SEARCH_TEXT, "", "\xe6\x97\xa5\xe6\x9c\xac.odt", U, T);
    check_key(message, SEARCH_BODY, "", "alle.pdf", U, F);
    struct slice file = SLICE("Content-Disposition: attachment; filename*=utf-8''%C3%A9t%C3%A9\r\n"
                              "Content-Type: application/pdf\r\n\r\nx\r\n");
    check_key(file, SEARCH_TEXT, "", "\xc3\xa9t\xc3\xa9", U, T);
    check_key(file, SEARCH_HEADER, "Content-Disposition", "\xc3\xa9t\xc3\xa9", F, F);
}

void test_search_text_several_keys_at_once(void)
{
    struct lookup lookup;
    begin(&lookup);
    add_key(&lookup, SEARCH_HEADER, "Subject", "outer");
    add_key(&lookup, SEARCH_BODY, "", "markup");
    add_key(&lookup, SEARCH_TEXT, "", "outer");
    add_key(&lookup, SEARCH_TEXT, "", "absent");
    run(&lookup, slice_cstr(nested));
    static const unsigned char header[] = {T, U, T, U}, body[] = {T, T, T, F};
    for (size_t i = 0; i < sizeof header; i++) {
        CHECK_INT(lookup.after_header[i], header[i]);
        CHECK_INT(lookup.after_body[i], body[i]);
    }
}

void test_search_text_of_nothing_is_false(void)
{
    struct lookup lookup;
    begin(&lookup);
    add_key(&lookup, SEARCH_TEXT, "", "x");
    search_match_nothing(&lookup.program, lookup.after_body);
    CHECK_INT(lookup.after_body[0], F);
    run(&lookup, SLICE("\r\n\r\n"));
    CHECK_INT(lookup.after_body[0], F);
}

/* A large part is decoded and folded in slices: a text is found wherever the
 * slices meet. */
static void check_large(const char *header, const char *line, struct slice needle)
{
    struct buffer message;
    buffer_init(&message, 0);
    buffer_add_cstr(&message, header);
    while (message.len < 3 << 20)
        buffer_add_cstr(&message, line);
    struct lookup lookup;
    begin(&lookup);
    add_key(&lookup, SEARCH_BODY, "", "no such thing");
    add_key(&lookup, SEARCH_BODY, "", needle.data);
    run(&lookup, buffer_slice(&message));
    CHECK_INT(lookup.after_body[0], F);
    CHECK_INT(lookup.after_body[1], T);
    buffer_clear(&message);
}

void test_search_text_large_bodies_are_cut_without_loss(void)
{
    check_large("Content-Type: text/plain\r\n\r\n", "some words and more\r\n",
                SLICE("more some words"));
    check_large("Content-Type: text/plain\r\n\r\n", "no line end at all ", SLICE("all no line"));
    check_large("Content-Transfer-Encoding: base64\r\nContent-Type: text/plain\r\n\r\n",
                "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4\r\n", SLICE("uvwxabc"));
    check_large("Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/plain\r\n\r\n",
                "soft =\r\nline\r\n", SLICE("soft line soft"));
}

/* The lines around each place where a text of this length may be cut: none may
 * be lost or doubled. */
void test_search_text_lines_around_every_cut_are_found(void)
{
    enum { LINE = 20, CUT_EVERY = 64 << 10, CUTS = KEYS_MAX };
    struct buffer message;
    struct lookup lookup;
    buffer_init(&message, 0);
    begin(&lookup);
    buffer_add_cstr(&message, "Content-Type: text/plain; charset=utf-8\r\n\r\n");
    for (int i = 0; i < CUT_EVERY / LINE * (CUTS + 2); i++)
        buffer_printf(&message, "l\xc3\xafne %07d ends\r\n", i);
    for (int cut = 1; cut <= CUTS; cut++) {
        int line = cut * CUT_EVERY / LINE;
        struct buffer needle;
        buffer_init(&needle, 0);
        for (int i = line - 40; i < line + 100; i++)
            buffer_printf(&needle, "l\xc3\xafne %07d ends ", i);
        add_key(&lookup, SEARCH_BODY, "", arena_cstr(&lookup.arena, buffer_slice(&needle)));
        buffer_clear(&needle);
    }
    run(&lookup, buffer_slice(&message));
    for (int cut = 0; cut < CUTS; cut++)
        CHECK_INT(lookup.after_body[cut], T);
    buffer_clear(&message);
}

/* Nobody makes SEARCH fail by what he sends: of a text that folds to too much the beginning is
 * looked into. */
void test_search_text_that_grows_is_cut(void)
{
    static const char header[] = "Content-Type: text/plain; charset=utf-8\r\n\r\nfirst ";
    enum { LIGATURES = 2200000 }; /* each folds to 33 octets */
    struct buffer message;
    buffer_init(&message, 0);
    buffer_add_cstr(&message, header);
    for (int i = 0; i < LIGATURES; i++)
        buffer_add(&message, SLICE("\xef\xb7\xba"));
    buffer_add_cstr(&message, " last\r\n");
    struct lookup lookup;
    begin(&lookup);
    add_key(&lookup, SEARCH_BODY, "", "first");
    add_key(&lookup, SEARCH_BODY, "", "last");
    run(&lookup, buffer_slice(&message));
    CHECK_INT(lookup.after_body[0], T);
    CHECK_INT(lookup.after_body[1], F);
    buffer_clear(&message);
}
