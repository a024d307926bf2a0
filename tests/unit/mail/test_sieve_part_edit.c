#include "mime_fixture.h"
#include "sieve/part_edit.h"
#include "support/check.h"

static const char message[] = "From: a@b\r\n"
                              "Subject: files\r\n"
                              "Date: today\r\n"
                              "X-One: 1\r\n"
                              "Content-Type: multipart/mixed; boundary=b\r\n"
                              "MIME-Version: 1.0\r\n"
                              "\r\n"
                              "--b\r\n"
                              "Content-Type: text/plain\r\n"
                              "\r\n"
                              "one\r\n"
                              "--b\r\n"
                              "Content-Type: multipart/mixed; boundary=c\r\n"
                              "\r\n"
                              "--c\r\n"
                              "\r\n"
                              "two\r\n"
                              "--c\r\n"
                              "\r\n"
                              "three\r\n"
                              "--c--\r\n"
                              "--b--\r\n";

struct world {
    struct mime_fixture fixture;
    struct sieve_host host;
    struct sieve_meter meter;
    struct sieve_part_edits edits;
};

static int read_message(void *arg, uint64_t start, uint64_t end, struct buffer *out)
{
    struct world *world = arg;
    buffer_add(out, slice_sub(world->fixture.message, start, end - start));
    return 0;
}

static void begin(struct world *world)
{
    *world = (struct world){.meter = {100000}, .host = {.read = read_message}};
    world->host.arg = world;
    mime_fixture_init(&world->fixture, slice_cstr(message), NULL);
}

static void replace(struct world *world, uint32_t part, const char *text, bool is_mime)
{
    struct sieve_replacement replacement = {
        .part = part, .text = slice_cstr(text), .is_mime = is_mime};
    CHECK_OK(sieve_part_replace(&world->edits, world->fixture.tree, &replacement,
                                &world->fixture.arena));
}

static void render(struct world *world, struct buffer *out)
{
    struct sieve_source source = {world->fixture.tree, &world->host, &world->meter};
    buffer_init(out, 0);
    CHECK_OK(sieve_part_edits_render(&world->edits, &source, world->fixture.tree->headers[0],
                                     sizeof message - 1, out));
}

static void check_rendered(struct world *world, const char *expected)
{
    struct buffer out;
    render(world, &out);
    check_slice(buffer_slice(&out), slice_cstr(expected), "message", __FILE__, __LINE__);
    buffer_clear(&out);
    mime_fixture_clear(&world->fixture);
}

#define HEADER                                                                                     \
    "From: a@b\r\nSubject: files\r\nDate: today\r\nX-One: 1\r\n"                                   \
    "Content-Type: multipart/mixed; boundary=b\r\nMIME-Version: 1.0\r\n\r\n"

void test_sieve_part_edit_without_edits(void)
{
    struct world world;
    begin(&world);
    check_rendered(&world, message);
}

/* RFC 5703 section 6. */
void test_sieve_part_edit_replaces(void)
{
    struct world world;
    begin(&world);
    replace(&world, 3, "--c gone", false);
    replace(&world, 1, "Content-Type: text/html\nTo: x\n\n<p>\n", true);
    check_rendered(&world, HEADER "--b\r\n"
                                  "Content-Type: text/html\r\n"
                                  "\r\n"
                                  "<p>\r\n"
                                  "--b\r\n"
                                  "Content-Type: multipart/mixed; boundary=c\r\n"
                                  "\r\n"
                                  "--c\r\n"
                                  "Content-Type: text/plain; charset=utf-8\r\n"
                                  "Content-Transfer-Encoding: quoted-printable\r\n"
                                  "\r\n"
                                  "=2D-c gone\r\n"
                                  "--c\r\n"
                                  "\r\n"
                                  "three\r\n"
                                  "--c--\r\n"
                                  "--b--\r\n");
}

/* What lies in a part that is replaced is gone with it. */
void test_sieve_part_edit_replaces_a_multipart(void)
{
    struct world world;
    begin(&world);
    replace(&world, 3, "x", false);
    replace(&world, 4, "y", false);
    replace(&world, 2, "z", false);
    CHECK(sieve_part_is_replaced(&world.edits, world.fixture.tree, 2));
    CHECK(sieve_part_is_replaced(&world.edits, world.fixture.tree, 4));
    CHECK(!sieve_part_is_replaced(&world.edits, world.fixture.tree, 1));
    check_rendered(&world, HEADER "--b\r\n"
                                  "Content-Type: text/plain\r\n"
                                  "\r\n"
                                  "one\r\n"
                                  "--b\r\n"
                                  "Content-Type: text/plain; charset=utf-8\r\n"
                                  "Content-Transfer-Encoding: 7bit\r\n"
                                  "\r\n"
                                  "z\r\n"
                                  "--b--\r\n");
}

void test_sieve_part_edit_replaces_the_message(void)
{
    struct world world;
    begin(&world);
    struct sieve_replacement replacement = {
        .part = 0, .text = SLICE("new"), .subject = SLICE("other"), .from = SLICE("c@d.example")};
    replace(&world, 1, "x", false);
    CHECK_OK(
        sieve_part_replace(&world.edits, world.fixture.tree, &replacement, &world.fixture.arena));
    check_rendered(&world, "Original-From: a@b\r\n"
                           "Original-Subject: files\r\n"
                           "Date: today\r\n"
                           "X-One: 1\r\n"
                           "Subject: other\r\n"
                           "From: c@d.example\r\n"
                           "MIME-Version: 1.0\r\n"
                           "Content-Type: text/plain; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: 7bit\r\n"
                           "\r\n"
                           "new\r\n");
}

/* RFC 5703 section 7. */
void test_sieve_part_edit_encloses(void)
{
    static const struct slice fields[] = {{"x-one", 5}, {"Content-Type", 12}, {"Subject", 7}};
    struct world world;
    struct buffer out, expected;
    begin(&world);
    struct sieve_enclosure inner = {.text = SLICE("Careful!"), .subject = SLICE("WARNING")};
    struct sieve_enclosure outer = {.text = SLICE("Really!"), .fields = fields, .field_count = 3};
    CHECK_OK(sieve_part_enclose(&world.edits, &inner));
    CHECK_OK(sieve_part_enclose(&world.edits, &outer));
    const char *boundary = world.edits.enclosures[0].boundary;
    const char *outermost = world.edits.enclosures[1].boundary;
    CHECK(strcmp(boundary, outermost) != 0);
    CHECK_U64(strlen(boundary), 32);
    buffer_init(&expected, 0);
    buffer_printf(&expected,
                  "From: a@b\r\nSubject: files\r\nDate: today\r\nX-One: 1\r\n"
                  "MIME-Version: 1.0\r\n"
                  "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n"
                  "--%s\r\n"
                  "Content-Type: text/plain; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: 7bit\r\n\r\n"
                  "Really!\r\n"
                  "--%s\r\n"
                  "Content-Type: message/rfc822\r\n\r\n",
                  outermost, outermost, outermost);
    buffer_printf(&expected,
                  "From: a@b\r\nDate: today\r\nSubject: WARNING\r\n"
                  "MIME-Version: 1.0\r\n"
                  "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n"
                  "--%s\r\n"
                  "Content-Type: text/plain; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: 7bit\r\n\r\n"
                  "Careful!\r\n"
                  "--%s\r\n"
                  "Content-Type: message/rfc822\r\n\r\n"
                  "%s"
                  "\r\n--%s--\r\n"
                  "\r\n--%s--\r\n",
                  boundary, boundary, boundary, message, boundary, outermost);
    render(&world, &out);
    check_slice(buffer_slice(&out), buffer_slice(&expected), "message", __FILE__, __LINE__);
    buffer_clear(&out);
    buffer_clear(&expected);
    mime_fixture_clear(&world.fixture);
}

void test_sieve_part_edit_encloses_only_so_often(void)
{
    struct sieve_part_edits edits = {.enclosure_count = 0};
    struct sieve_enclosure enclosure = {.text = SLICE("x")};
    for (int i = 0; i < SIEVE_ENCLOSURES_MAX; i++)
        CHECK_OK(sieve_part_enclose(&edits, &enclosure));
    CHECK_ERR(sieve_part_enclose(&edits, &enclosure), ERR_LIMIT);
    CHECK_U64(edits.enclosure_count, SIEVE_ENCLOSURES_MAX);
}

void test_sieve_part_edit_replaces_only_so_many(void)
{
    struct world world;
    begin(&world);
    struct sieve_replacement replacement = {.part = 1, .text = SLICE("x")};
    for (int i = 0; i < SIEVE_REPLACEMENTS_MAX; i++)
        CHECK_OK(sieve_part_replace(&world.edits, world.fixture.tree, &replacement,
                                    &world.fixture.arena));
    CHECK_ERR(
        sieve_part_replace(&world.edits, world.fixture.tree, &replacement, &world.fixture.arena),
        ERR_LIMIT);
    mime_fixture_clear(&world.fixture);
}

void test_sieve_part_edit_is_bounded(void)
{
    struct world world;
    struct buffer out;
    begin(&world);
    struct sieve_source source = {world.fixture.tree, &world.host, &world.meter};
    buffer_init(&out, 100);
    CHECK_ERR(sieve_part_edits_render(&world.edits, &source, world.fixture.tree->headers[0],
                                      sizeof message - 1, &out),
              ERR_LIMIT);
    buffer_clear(&out);
    mime_fixture_clear(&world.fixture);
}
