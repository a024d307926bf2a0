#include "letter_rich.h"

#include <inttypes.h>
#include <time.h>

#include "bench.h"
#include "prose.h"

/* Which multipart a letter is follows from its number modulo FORMS. */
enum { FORMS = 8 };
static const struct form {
    const char *structure; /* BODYSTRUCTURE, behind its parenthesis */
    bool has_html;
    bool has_attachment;
} forms[FORMS] = {
    {"\"text\" \"plain\"", false, false}, {"(\"text\" \"plain\"", true, false},
    {"\"text\" \"plain\"", false, false}, {"(\"text\" \"plain\"", true, false},
    {"\"text\" \"plain\"", false, false}, {"((\"text\" \"plain\"", true, true},
    {"\"text\" \"plain\"", false, false}, {"(\"text\" \"plain\"", false, true},
};

static const char *const people[] = {
    "Anna Berger <anna.berger@%s>",
    "\"Carter, Thomas\" <t.carter@%s>",
    "=?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <jm@%s>",
    "support@%s",
    "Olga Petrova <olga@%s>",
    "=?utf-8?b?5bGx55Sw5aSq6YOO?= <yamada@%s>",
    "Billing Department <billing+notices@%s>",
    "Maria de la Cruz <maria.delacruz@%s>",
    "\"Lee (Sales)\" <lee@%s>",
    "no-reply@%s",
    "Peter van Dijk <peter.van.dijk@%s>",
};
static const char *const places[] = {
    "example.org", "mail.example.net",      "example.com",
    "example.edu", "customers.example.org", "lists.example.net",
};
enum { PEOPLE = sizeof people / sizeof *people, PLACES = sizeof places / sizeof *places };

static uint64_t mix(uint64_t number, uint64_t salt)
{
    uint64_t x = (number + 1) * 0x9e3779b97f4a7c15u + salt * 0xd1342543de82ef95u;
    x ^= x >> 31, x *= 0xbf58476d1ce4e5b9u, x ^= x >> 29;
    return x;
}

struct letter letter_rich(uint64_t number)
{
    static const uint16_t sizes[] = {3600, 3600, 3600, 3800, 4000, 4200, 4500, 5000, 8000, 13000};
    uint64_t random = mix(number, 1);
    uint32_t size = sizes[random % (sizeof sizes / sizeof *sizes)];
    return (struct letter){number, size + (uint32_t)(random >> 32) % (size / 4), LETTER_RICH};
}

const char *letter_structure(struct letter letter)
{
    return letter.form == LETTER_RICH ? forms[letter.number % FORMS].structure
                                      : "\"text\" \"plain\"";
}

/* Header ------------------------------------------------------------------------------------ */

static void add_person(uint64_t random, struct buffer *out)
{
    const char *pattern = people[random % PEOPLE];
    struct slice name = slice_cstr(pattern);
    size_t place = slice_find(name, '%');
    buffer_add(out, slice_sub(name, 0, place));
    buffer_add_cstr(out, places[random / PEOPLE % PLACES]);
    buffer_add(out, slice_sub(name, place + strlen("%s"), SIZE_MAX));
}

static void add_people(const char *field, uint64_t random, unsigned count, struct buffer *out)
{
    buffer_add_cstr(out, field);
    for (unsigned i = 0; i < count; i++) {
        buffer_add_cstr(out, i ? ",\r\n\t" : "");
        add_person(random >> (i * 12), out);
    }
    buffer_add_cstr(out, "\r\n");
}

static void add_trace(struct letter letter, const char *date, struct buffer *out)
{
    uint64_t random = mix(letter.number, 2);
    for (unsigned i = 0; i <= random % 3; i++)
        buffer_printf(out,
                      "Received: from relay%u.%s (relay%u.%s [192.0.2.%u])\r\n"
                      "\tby mx%u.example.com with ESMTPS id %012" PRIx64 "; %s\r\n",
                      i, places[random % PLACES], i, places[random % PLACES],
                      (unsigned)(random >> 8) % 250, i, random >> (16 + i), date);
    if (random & 1 << 20)
        buffer_printf(out,
                      "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=mail;\r\n"
                      "\th=from:to:subject:date:message-id; bh=%016" PRIx64 "%016" PRIx64 "=;\r\n"
                      "\tb=%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "\r\n",
                      places[random % PLACES], random, mix(random, 3), mix(random, 4),
                      mix(random, 5), mix(random, 6));
}

static void add_subject(struct letter letter, struct buffer *out)
{
    uint64_t n = letter.number, random = mix(n, 7);
    buffer_printf(out, "Subject: %s%s %s %" PRIu64 "%s%s\r\n",
                  random % 4 ? "" : "Re: ", prose_word(random >> 8), prose_word(random >> 16), n,
                  letter_is_common(letter) ? " " LETTER_COMMON_WORD : "",
                  letter_is_rare(letter) ? " " LETTER_RARE_WORD : "");
}

static void add_thread(struct letter letter, struct buffer *out)
{
    uint64_t random = mix(letter.number, 8);
    if (random % 2)
        buffer_printf(out,
                      "In-Reply-To: <%" PRIx64 "@mail.example.net>\r\n"
                      "References: <%" PRIx64 "@mail.example.net>\r\n"
                      "\t<%" PRIx64 "@mail.example.net>\r\n",
                      random, mix(random, 9), random);
    if (random % 5 == 0)
        buffer_printf(out,
                      "List-Id: %s <%s.lists.example.net>\r\nPrecedence: list\r\n"
                      "List-Unsubscribe: <mailto:leave@lists.example.net>\r\n",
                      prose_word(random), prose_word(random));
}

static void add_header(struct letter letter, struct buffer *out)
{
    uint64_t random = mix(letter.number, 10);
    time_t at = (time_t)(1704067200 + letter.number % 365 * 86400 + random % 86400);
    struct tm broken;
    char date[48];
    gmtime_r(&at, &broken);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &broken);
    add_trace(letter, date, out);
    buffer_printf(out, "Date: %s\r\n", date);
    add_people("From: ", random, 1, out);
    add_people("To: ", mix(random, 11), 1 + random % 4, out);
    if (random % 3 == 0)
        add_people("Cc: ", mix(random, 12), 1 + random % 2, out);
    add_subject(letter, out);
    buffer_printf(out, "Message-ID: <%" PRIu64 ".%" PRIu32 "@" LETTER_RICH_DOMAIN ">\r\n",
                  letter.number, letter.size);
    add_thread(letter, out);
    buffer_printf(out, "X-Mailer: Example Mail %u.%u\r\nMIME-Version: 1.0\r\n",
                  (unsigned)(random % 9), (unsigned)(random >> 4) % 20);
}

/* Body -------------------------------------------------------------------------------------- */

static void add_html(struct letter letter, struct buffer *out)
{
    buffer_add_cstr(out, "Content-Type: text/html; charset=utf-8\r\n"
                         "Content-Transfer-Encoding: 7bit\r\n\r\n"
                         "<html><body><p style=\"font-family: sans-serif\">\r\n");
    prose_add(letter.number, letter.size / 6, out);
    buffer_add_cstr(out, "\r\n</p></body></html>\r\n");
}

static void add_attachment(struct letter letter, struct buffer *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    buffer_printf(out,
                  "Content-Type: application/pdf; name=\"%s-%u.pdf\"\r\n"
                  "Content-Transfer-Encoding: base64\r\n"
                  "Content-Disposition: attachment; filename=\"%s-%u.pdf\"\r\n\r\n",
                  prose_word(letter.number), (unsigned)(letter.number % 1000),
                  prose_word(letter.number), (unsigned)(letter.number % 1000));
    for (uint32_t line = 0; line < letter.size / 4 / 78; line++) {
        uint64_t random = mix(letter.number, 100 + line);
        for (unsigned i = 0; i < 76; i++)
            buffer_add_char(out, digits[(random >> (i % 58) ^ i) & 63]);
        buffer_add_cstr(out, "\r\n");
    }
}

/* Up to the text, which takes whatever size is left. */
static void add_opening(struct letter letter, const struct form *form, struct buffer *out)
{
    add_header(letter, out);
    const char *boundary = "\r\nThis is a message in MIME format.\r\n\r\n--";
    if (form->has_attachment)
        buffer_printf(out, "Content-Type: multipart/mixed; boundary=\"=_m\"\r\n%s=_m\r\n",
                      boundary);
    if (form->has_html)
        buffer_printf(out, "Content-Type: multipart/alternative; boundary=\"=_a\"\r\n%s=_a\r\n",
                      boundary);
    buffer_printf(out,
                  "Content-Type: text/plain; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: 8bit\r\n\r\n"
                  "Gr\xc3\xbc\xc3\x9f Gott, this is %" PRIu64 "%s%s.\r\n",
                  letter.number, letter_is_rare_in_text(letter) ? " " LETTER_RARE_IN_TEXT : "",
                  letter_is_common_in_text(letter) ? " " LETTER_COMMON_IN_TEXT : "");
}

static void add_closing(struct letter letter, const struct form *form, struct buffer *out)
{
    buffer_add_cstr(out, "\r\n");
    if (form->has_html) {
        buffer_add_cstr(out, "--=_a\r\n");
        add_html(letter, out);
        buffer_add_cstr(out, "--=_a--\r\n");
    }
    if (form->has_attachment) {
        buffer_add_cstr(out, "\r\n--=_m\r\n");
        add_attachment(letter, out);
        buffer_add_cstr(out, "--=_m--\r\n");
    }
}

void letter_rich_render(struct letter letter, struct buffer *out)
{
    static struct buffer closing;
    const struct form *form = &forms[letter.number % FORMS];
    size_t start = out->len;
    add_opening(letter, form, out);
    buffer_reset(&closing);
    add_closing(letter, form, &closing);
    size_t there = out->len - start + closing.len;
    if (there > letter.size)
        bench_die("a letter of %zu octets should have %u", there, letter.size);
    prose_add(letter.number, letter.size - there, out);
    buffer_add(out, buffer_slice(&closing));
}
