#include "model/rights_role.h"

enum {
    READER = RIGHT_LOOKUP | RIGHT_READ | RIGHT_SEEN,
    CONTRIBUTOR = READER | RIGHT_WRITE | RIGHT_INSERT | RIGHT_POST,
    EDITOR = CONTRIBUTOR | RIGHT_CREATE | RIGHT_DELETE_MESSAGES | RIGHT_EXPUNGE,
};

static const struct rights_role roles[] = {
    {"reader", READER, "reads, and keeps what was read apart"},
    {"contributor", CONTRIBUTOR, "works with the mail: answers, flags, files, takes nothing away"},
    {"editor", EDITOR, "also removes messages and makes mailboxes below"},
    {"manager", RIGHTS_ALL, "also renames and deletes the mailbox, and decides who may what"},
    {0},
};

const struct rights_role *rights_roles_all(void)
{
    return roles;
}

const char *rights_role_name(rights_mask rights)
{
    for (const struct rights_role *role = roles; role->name; role++)
        if (role->rights == rights)
            return role->name;
    return NULL;
}

int rights_change_parse_role(struct slice text, enum rights_change *change_out,
                             rights_mask *rights_out)
{
    bool is_signed = slice_starts_with(text, SLICE("+")) || slice_starts_with(text, SLICE("-"));
    struct slice name = slice_sub(text, is_signed, text.len);
    for (const struct rights_role *role = roles; role->name; role++) {
        if (!slice_equal(name, slice_cstr(role->name)))
            continue;
        *change_out = !is_signed ? RIGHTS_REPLACE : *text.data == '+' ? RIGHTS_ADD : RIGHTS_REMOVE;
        *rights_out = role->rights;
        return 0;
    }
    return rights_change_parse(text, change_out, rights_out);
}
