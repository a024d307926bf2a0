#include "mime_fixture.h"
#include "sieve/part.h"
#include "support/check.h"

/* The example of RFC 5173 section 5.2, with encodings. */
static const char nested[] = "Subject: whatever\r\n"
                             "Content-Type: multipart/mixed; boundary=outer\r\n"
                             "\r\n"
                             "& This is a multi-part message in MIME format.\r\n"
                             "\r\n"
                             "--outer\r\n"
                             "Content-Type: multipart/alternative; boundary=inner\r\n"
                             "\r\n"
                             "& This is a nested multi-part message in MIME format.\r\n"
                             "\r\n"
                             "--inner\r\n"
                             "Content-Type: text/plain; charset=\"iso-8859-1\"\r\n"
                             "Content-Transfer-Encoding: quoted-printable\r\n"
                             "\r\n"
                             "Hell=F6\r\n"
                             "--inner\r\n"
                             "Content-Type: text/html; charset=\"us-ascii\"\r\n"
                             "\r\n"
                             "<html><body>Hell&ouml;</body></html>\r\n"
                             "--inner--\r\n"
                             "\r\n"
                             "This is the end of the inner MIME multipart.\r\n"
                             "\r\n"
                             "--outer\r\n"
                             "Content-Type: message/rfc822\r\n"
                             "\r\n"
                             "From: Someone Else\r\n"
                             "Subject: hello request\r\n"
                             "\r\n"
                             "Please say Hello\r\n"
                             "\r\n"
                             "--outer\r\n"
                             "Content-Type: image/x\r\n"
                             "Content-Transfer-Encoding: base64\r\n"
                             "\r\n"
                             "AP8=\r\n"
                             "--outer--\r\n"
                             "\r\n"
                             "This is the end of the outer MIME multipart.\r\n";

struct world {
    struct mime_fixture message;
    struct sieve_host host;
    struct sieve_meter meter;
    struct sieve_source source;
    uint64_t largest; /* octets read at once */
};

static int read_message(void *arg, uint64_t start, uint64_t end, struct buffer *out)
{
    struct world *world = arg;
    if (end - start > world->largest)
        world->largest = end - start;
    buffer_add(out, slice_sub(world->message.message, start, end - start));
    return 0;
}

static void begin(struct world *world, struct slice message)
{
    mime_fixture_init(&world->message, message, NULL);
    world->host = (struct sieve_host){.arg = world, .read = read_message};
    world->meter.steps = 100000;
    world->largest = 0;
    world->source = (struct sieve_source){world->message.tree, &world->host, &world->meter};
}

static void check_decoded(uint32_t part, struct slice expected)
{
    struct world world;
    struct buffer out;
    buffer_init(&out, 0);
    begin(&world, slice_cstr(nested));
    CHECK_OK(sieve_part_decode(&world.source, part, &out));
    check_slice(buffer_slice(&out), expected, "part", __FILE__, __LINE__);
    buffer_clear(&out);
    mime_fixture_clear(&world.message);
}

/* RFC 5173 section 5.2. */
void test_sieve_part_decodes(void)
{
    check_decoded(0, SLICE("& This is a multi-part message in MIME format.\r\n\r\n"
                           "\r\nThis is the end of the outer MIME multipart.\r\n"));
    check_decoded(1, SLICE("& This is a nested multi-part message in MIME format.\r\n\r\n"
                           "\r\nThis is the end of the inner MIME multipart.\r\n"));
    check_decoded(2, SLICE("Hell\xc3\xb6"));
    check_decoded(3, SLICE("<html><body>Hell&ouml;</body></html>"));
    check_decoded(4, SLICE("From: Someone Else\r\nSubject: hello request\r\n"));
    check_decoded(5, SLICE("Please say Hello\r\n"));
    check_decoded(6, slice_of("\x00\xff", 2));
}

static void check_text(uint32_t part, const char *expected)
{
    struct world world;
    struct buffer out;
    bool is_text = true;
    buffer_init(&out, 0);
    begin(&world, slice_cstr(nested));
    CHECK_OK(sieve_part_text(&world.source, part, &out, &is_text));
    CHECK_INT(is_text, expected != NULL);
    check_slice(buffer_slice(&out), slice_cstr(expected ? expected : ""), "part", __FILE__,
                __LINE__);
    buffer_clear(&out);
    mime_fixture_clear(&world.message);
}

void test_sieve_part_as_people_read_it(void)
{
    check_text(0, NULL);
    check_text(2, "Hell\xc3\xb6");
    check_text(3, "Hell\xc3\xb6");
    check_text(4, NULL);
    check_text(5, "Please say Hello\r\n");
    check_text(6, NULL);
}

void test_sieve_part_types(void)
{
    struct entity entity;
    entity_read(SLICE("Content-Type: Text/HTML\r\n\r\n"), false, &entity);
    CHECK(sieve_part_has_type(&entity, SLICE("")));
    CHECK(sieve_part_has_type(&entity, SLICE("text")));
    CHECK(sieve_part_has_type(&entity, SLICE("TEXT/html")));
    CHECK(!sieve_part_has_type(&entity, SLICE("text/htm")));
    CHECK(!sieve_part_has_type(&entity, SLICE("tex")));
    CHECK(!sieve_part_has_type(&entity, SLICE("text/html/x")));
    CHECK(!sieve_part_has_type(&entity, SLICE("text/")));
    CHECK(!sieve_part_has_type(&entity, SLICE("/html")));
}

/* RFC 2046 section 5.1.5. */
void test_sieve_part_in_a_digest_is_a_message(void)
{
    struct world world;
    struct entity entity;
    begin(&world,
          SLICE("Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: x\r\n"
                "\r\ny\r\n--b--\r\n"));
    sieve_part_entity(world.message.tree, 1, &entity);
    CHECK(entity_is_rfc822(&entity));
    mime_fixture_clear(&world.message);
}

/* A large part is read in pieces, paid for, and cut. */
void test_sieve_part_is_bounded(void)
{
    struct world world;
    struct buffer message, out;
    buffer_init(&message, 0);
    buffer_init(&out, 0);
    buffer_add_cstr(&message, "Subject: large\r\n\r\n");
    while (message.len < (3 << 20))
        buffer_add_cstr(&message, "abcdefghijklmnopqrstuvwxyz0123456789\r\n");
    begin(&world, buffer_slice(&message));
    CHECK_OK(sieve_part_decode(&world.source, 0, &out));
    CHECK_U64(out.len, SIEVE_PART_OCTETS_MAX);
    CHECK_U64(world.largest, 64 << 10);
    CHECK_U64(world.meter.steps, 100000 - 1 - SIEVE_PART_OCTETS_MAX / SIEVE_OCTETS_PER_STEP);
    world.meter.steps = 1000;
    CHECK_ERR(sieve_part_decode(&world.source, 0, &out), ERR_LIMIT);
    mime_fixture_clear(&world.message);
    buffer_clear(&message);
    buffer_clear(&out);
}
