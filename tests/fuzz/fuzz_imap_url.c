/*
 * An IMAP URL that is read names a message; one that is refused is shown in octets that a
 * response code may have.
 */
#include "base/buffer.h"
#include "fuzz.h"
#include "proto/imap_url.h"

static void check_shown(struct slice url)
{
    struct buffer shown;
    buffer_init(&shown, 0);
    imap_url_render_refused(url, &shown);
    for (size_t i = 0; i < shown.len; i++) {
        char c = shown.data[i];
        fuzz_require(c > ' ' && c < 0x7f && c != ']' && c != '\\' ? NULL : "an octet that may not");
    }
    buffer_clear(&shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct imap_url url;
    arena_init(&arena, 4 << 20);
    if (imap_url_parse(fuzz_slice(data, size), &arena, &url) == 0) {
        const struct fetch_item *item = &url.section;
        fuzz_require(url.mailbox.len && url.uid ? NULL : "no message");
        fuzz_require(item->partial && item->length == 0 ? "an empty piece" : NULL);
    }
    check_shown(fuzz_slice(data, size));
    arena_clear(&arena);
    return 0;
}
