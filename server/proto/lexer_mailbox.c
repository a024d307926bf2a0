#include "lexer_take.h"
#include "model/mailbox_name.h"
#include "octets.h"
#include "proto/lexer.h"

static int decode(const struct lexer *lexer, struct slice wire, struct slice *out)
{
    return lexer->utf8 ? mailbox_name_decode_utf8(lexer->arena, wire, out)
                       : mailbox_name_decode(lexer->arena, wire, out);
}

int lexer_mailbox(struct lexer *lexer, struct slice *out)
{
    struct slice wire;
    int result = lexer_astring(lexer, &wire);
    return result < 0 ? result : decode(lexer, wire, out);
}

int lexer_list_mailbox(struct lexer *lexer, struct slice *out)
{
    struct slice wire = lexer_take(lexer, octet_is_list);
    if (wire.len == 0) {
        int result = lexer_string(lexer, &wire);
        if (result < 0)
            return result;
    }
    return decode(lexer, wire, out);
}
