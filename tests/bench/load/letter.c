#include "letter.h"

#include <inttypes.h>

#include "bench.h"
#include "letter_rich.h"
#include "prose.h"

static void render_plain(struct letter letter, struct buffer *out)
{
    uint64_t n = letter.number;
    size_t start = out->len;
    buffer_printf(out,
                  "Return-Path: <sender%" PRIu64 "@example.org>\r\n"
                  "Received: from mail.example.org by mx.example.com; "
                  "Mon, 6 Jan 2025 %02u:%02u:00 +0000\r\n"
                  "Date: Mon, 6 Jan 2025 %02u:%02u:00 +0000\r\n"
                  "From: Sender %" PRIu64 " <sender%" PRIu64 "@example.org>\r\n"
                  "To: Sales <sales@example.com>\r\n"
                  "Subject: Order %" PRIu64 "%s\r\n"
                  "Message-ID: <%" PRIu64 ".%" PRIu32 "@bench.example>\r\n"
                  "MIME-Version: 1.0\r\n"
                  "Content-Type: text/plain; charset=utf-8\r\n\r\n",
                  n % 97, (unsigned)(n % 24), (unsigned)(n % 60), (unsigned)(n % 24),
                  (unsigned)(n % 60), n % 97, n % 97, n,
                  letter_is_rare(letter) ? " by " LETTER_RARE_WORD : "", n, letter.size);
    prose_add(n, letter.size - (out->len - start) - 2, out);
    buffer_add_cstr(out, "\r\n");
}

void letter_render(struct letter letter, struct buffer *out)
{
    if (letter.form == LETTER_RICH)
        letter_rich_render(letter, out);
    else
        render_plain(letter, out);
    if (buffer_check(out) != 0)
        bench_die("no memory for a message");
}

/* <number.size@bench.example>, a rich one's domain is rich.bench.example. */
static bool recognise_id(struct slice id, struct letter *out)
{
    size_t at = slice_find(id, '@');
    struct slice domain = slice_sub(id, at + 1, SIZE_MAX);
    id = slice_sub(id, 0, at);
    size_t dot = slice_find(id, '.');
    struct letter letter = {0};
    if (slice_starts_with(domain, SLICE(LETTER_RICH_DOMAIN)))
        letter.form = LETTER_RICH;
    if (!slice_to_u64(slice_sub(id, 0, dot), &letter.number) ||
        !slice_to_u32(slice_sub(id, dot + 1, SIZE_MAX), &letter.size))
        return false;
    *out = letter;
    return true;
}

bool letter_recognise(struct slice text, struct letter *out)
{
    struct slice mark = SLICE("Message-ID: <");
    size_t at = slice_search(text, mark);
    return at != SIZE_MAX && recognise_id(slice_sub(text, at + mark.len, 64), out);
}

/* The Message-ID is the last field of an envelope, and nothing else begins with
 * these octets in a body structure of ours. */
bool letter_recognise_envelope(struct slice response, struct letter *out)
{
    struct slice mark = SLICE("\"<");
    size_t at = SIZE_MAX;
    for (size_t end = response.len; end >= mark.len && at == SIZE_MAX; end--)
        if (memcmp(response.data + end - mark.len, mark.data, mark.len) == 0)
            at = end;
    return at != SIZE_MAX && recognise_id(slice_sub(response, at, 64), out);
}
