#include "mail/special_use.h"

#include "mail/mailbox_settings.h"

int special_uses_add(struct special_uses *uses, struct slice use)
{
    struct slice known = mailbox_special_use(use);
    if (known.len == 0 || uses->count == SPECIAL_USES_MAX)
        return fail(ERR_INVALID, "Mailboxes are not used for %.*s here", SLICE_ARGS(use));
    for (size_t i = 0; i < uses->count; i++)
        if (slice_equal(uses->uses[i], known))
            return 0;
    uses->uses[uses->count++] = known;
    return 0;
}

/* Takes the next word off the text; empty at the end. */
static struct slice next_word(struct slice *text)
{
    while (text->len && text->data[0] == ' ')
        *text = slice_sub(*text, 1, text->len);
    size_t len = slice_find(*text, ' ');
    struct slice word = slice_sub(*text, 0, len);
    *text = slice_sub(*text, len, text->len);
    return word;
}

int special_uses_parse(struct slice text, struct special_uses *out)
{
    struct special_uses uses = {.count = 0};
    if (!text.data)
        text = SLICE_EMPTY;
    for (struct slice word = next_word(&text); word.len; word = next_word(&text)) {
        int err = special_uses_add(&uses, word);
        if (err)
            return err;
    }
    *out = uses;
    return 0;
}
