#include "lexer_take.h"
#include "model/mailbox_name.h"
#include "octets.h"
#include "proto/lexer.h"

int lexer_mailbox(struct lexer *lexer, struct slice *out)
{
    struct slice wire;
    int result = lexer_astring(lexer, &wire);
    return result < 0 ? result : mailbox_name_decode(lexer->arena, wire, out);
}

int lexer_list_mailbox(struct lexer *lexer, struct slice *out)
{
    struct slice wire = lexer_take(lexer, octet_is_list);
    if (wire.len == 0) {
        int result = lexer_string(lexer, &wire);
        if (result < 0)
            return result;
    }
    return mailbox_name_decode(lexer->arena, wire, out);
}
