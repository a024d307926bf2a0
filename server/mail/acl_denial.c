#include "acl_denial.h"

#include "base/buffer.h"

int denial_not_found(void)
{
    return fail(ERR_NOT_FOUND, "No such mailbox");
}

int denial_of_rights(rights_mask missing)
{
    struct buffer text;
    buffer_init(&text, 0);
    rights_render(missing, false, &text);
    int err = fail(ERR_DENIED, "You lack the right%s \"%.*s\" in this mailbox",
                   text.len == 1 ? "" : "s", SLICE_ARGS(buffer_slice(&text)));
    buffer_clear(&text);
    return err;
}

int denial_of_change(void)
{
    return fail(ERR_WRONG_STATE,
                "What was deleted can only be looked at, and copied or moved to a mailbox");
}

int denial_of_creation(void)
{
    return fail(ERR_DENIED, "You may not create a mailbox there");
}
