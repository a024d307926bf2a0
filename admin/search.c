/* postroomctl search … */
#include "mail/search.h"

#include "admin.h"

static int admin_search_index(struct admin *admin)
{
    int err = search_index_all(admin->mail);
    if (!err)
        output_say(admin->output, "the search index is up to date");
    return err;
}

const struct admin_verb search_verbs[] = {
    {"search", "index", "",
     "Brings the search index of all mailboxes up to date at once, as the server does by and by.",
     0, 0, 0, admin_search_index, NULL},
    {0},
};
