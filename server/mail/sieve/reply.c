#include "sieve/reply.h"

#include "mime/compose.h"

int sieve_reply_render(const struct sieve_action *action, struct slice header,
                       const struct sieve_letterhead *head, struct buffer *out)
{
    struct slice from = action->from.len > 0 ? action->from : head->address;
    compose_address_field(out, SLICE("From"), from);
    compose_address_field(out, SLICE("To"), action->address);
    compose_written_field(out, SLICE("Subject"), action->subject);
    int result = sieve_letter_add_origin(out, head);
    if (result < 0)
        return result;
    sieve_letter_add_references(out, header);
    compose_text_field(out, SLICE("Auto-Submitted"), SLICE("auto-replied")); /* RFC 3834 */
    compose_text_field(out, SLICE("MIME-Version"), SLICE("1.0"));
    if (action->text_is_mime)
        sieve_letter_add_entity(out, action->text);
    else
        sieve_letter_add_text(out, action->text);
    return buffer_check(out);
}
