#include "model/command_rights.h"

/* Without any of these a mailbox is opened read-only (RFC 4314 section 5.2). */
#define WRITING (RIGHT_INSERT | RIGHT_EXPUNGE | RIGHT_SEEN | RIGHT_DELETE_MESSAGES | RIGHT_WRITE)
#define FLAGS   (RIGHT_SEEN | RIGHT_WRITE | RIGHT_DELETE_MESSAGES)
#define MOVING  (RIGHT_READ | RIGHT_DELETE_MESSAGES | RIGHT_EXPUNGE)

/* RFC 5464 section 3.3 */
#define ANNOTATING (RIGHT_READ | RIGHT_SEEN | RIGHT_WRITE | RIGHT_INSERT | RIGHT_POST)

#define CATENATING "CATENATE: `r` on each mailbox that a URL names"

/* Which flag needs which right, wherever a command sets flags. */
#define FLAG(name, on, flag, right)                                                                \
    {                                                                                              \
        .command = name, .part = flag, .subject = on, .all = right, .denial = DENIAL_OMITS         \
    }
#define FLAGS_OF(name, on)                                                                         \
    FLAG(name, on, "\\Seen", RIGHT_SEEN), FLAG(name, on, "\\Deleted", RIGHT_DELETE_MESSAGES),      \
        FLAG(name, on, "other flags", RIGHT_WRITE)

static const struct command_rights command_rows[] = {
    {.command = "CAPABILITY"},
    {.command = "NOOP", .note = "no news of a mailbox that may not be read any more"},
    {.command = "LOGOUT"},
    {.command = "ID"},
    {.command = "STARTTLS"},
    {.command = "LOGIN"},
    {.command = "AUTHENTICATE"},
    {.command = "UNAUTHENTICATE"},
    {.command = "COMPRESS"},
    {.command = "ENABLE"},
    {.command = "SELECT", .subject = ON_NAMED, .all = RIGHT_READ},
    {.command = "SELECT",
     .part = "READ-WRITE",
     .subject = ON_NAMED,
     .any = WRITING,
     .denial = DENIAL_LIMITS},
    {.command = "EXAMINE", .subject = ON_NAMED, .all = RIGHT_READ},
    {.command = "CREATE",
     .subject = ON_PARENT,
     .all = RIGHT_CREATE,
     .note = "at the top of a namespace its owner may, in Shared/ the administrator"},
    {.command = "DELETE", .subject = ON_NAMED, .all = RIGHT_DELETE_MAILBOX},
    {.command = "RENAME", .subject = ON_NAMED, .all = RIGHT_DELETE_MAILBOX},
    {.command = "RENAME",
     .part = "the new name",
     .subject = ON_PARENT,
     .all = RIGHT_CREATE,
     .note = "as for CREATE"},
    {.command = "RENAME",
     .part = "a parent that is no mailbox",
     .subject = ON_NAMED,
     .all = RIGHT_DELETE_MAILBOX,
     .note = "on each of the closest mailboxes below it"},
    {.command = "RENAME",
     .part = "INBOX",
     .subject = ON_NAMED,
     .all = RIGHT_DELETE_MAILBOX | MOVING,
     .note = "moves its messages (RFC 3501 section 6.3.5)"},
    {.command = "RENAME",
     .part = "to another owner",
     .subject = ON_NAMED,
     .all = RIGHT_DELETE_MAILBOX | RIGHT_ADMINISTER,
     .note = "on each mailbox of the tree"},
    {.command = "SUBSCRIBE",
     .subject = ON_NAMED,
     .all = RIGHT_LOOKUP,
     .note = "in the own namespace any name may be subscribed"},
    {.command = "UNSUBSCRIBE"},
    {.command = "LIST", .subject = ON_LISTED, .all = RIGHT_LOOKUP, .denial = DENIAL_OMITS},
    {.command = "LSUB", .note = "the names that the user has subscribed"},
    {.command = "NAMESPACE"},
    {.command = "STATUS", .subject = ON_NAMED, .all = RIGHT_READ},
    {.command = "APPEND", .subject = ON_NAMED, .all = RIGHT_INSERT, .note = CATENATING},
    FLAGS_OF("APPEND", ON_NAMED),
    {.command = "NOTIFY",
     .note = "`l` for names, `r` for what happens in a mailbox, when it is told"},
    {.command = "IDLE", .note = "no news of a mailbox that may not be read any more"},
    {.command = "SETACL", .subject = ON_NAMED, .all = RIGHT_ADMINISTER},
    {.command = "DELETEACL", .subject = ON_NAMED, .all = RIGHT_ADMINISTER},
    {.command = "GETACL", .subject = ON_NAMED, .all = RIGHT_ADMINISTER},
    {.command = "LISTRIGHTS", .subject = ON_NAMED, .all = RIGHT_ADMINISTER},
    {.command = "MYRIGHTS", .subject = ON_NAMED, .all = RIGHT_LOOKUP},
    {.command = "GETQUOTA", .note = "the own root, and those of mailboxes that may be read"},
    {.command = "GETQUOTAROOT",
     .subject = ON_NAMED,
     .all = RIGHT_READ,
     .note = "or a name that the user may CREATE"},
    {.command = "SETQUOTA", .note = "needs la on each mailbox that the quota root was attached to"},
    {.command = "GETMETADATA", .subject = ON_NAMED, .any = ANNOTATING},
    {.command = "SETMETADATA", .subject = ON_NAMED, .any = ANNOTATING},
    {.command = "SETMETADATA",
     .part = "/shared entries",
     .subject = ON_NAMED,
     .all = RIGHT_WRITE,
     .note = "those of the server are the administrator's"},
    {.command = "SETMETADATA",
     .part = "/shared/imapsieve/script",
     .subject = ON_NAMED,
     .all = RIGHT_ADMINISTER},
    {.command = "CHECK"},
    {.command = "CLOSE"},
    {.command = "CLOSE",
     .part = "messages with \\Deleted",
     .subject = ON_SELECTED,
     .all = RIGHT_EXPUNGE,
     .denial = DENIAL_OMITS},
    {.command = "UNSELECT"},
    {.command = "EXPUNGE", .subject = ON_SELECTED, .all = RIGHT_EXPUNGE},
    {.command = "SEARCH", .subject = ON_SELECTED, .all = RIGHT_READ},
    {.command = "SORT", .subject = ON_SELECTED, .all = RIGHT_READ},
    {.command = "THREAD", .subject = ON_SELECTED, .all = RIGHT_READ},
    {.command = "FETCH", .subject = ON_SELECTED, .all = RIGHT_READ},
    {.command = "FETCH",
     .part = "\\Seen by BODY[]",
     .subject = ON_SELECTED,
     .all = RIGHT_SEEN,
     .denial = DENIAL_OMITS},
    {.command = "STORE", .subject = ON_SELECTED, .any = FLAGS},
    FLAGS_OF("STORE", ON_SELECTED),
    {.command = "COPY", .subject = ON_SELECTED, .all = RIGHT_READ},
    {.command = "COPY", .subject = ON_DESTINATION, .all = RIGHT_INSERT},
    FLAGS_OF("COPY", ON_DESTINATION),
    {.command = "MOVE", .subject = ON_SELECTED, .all = MOVING},
    {.command = "MOVE", .subject = ON_DESTINATION, .all = RIGHT_INSERT},
    FLAGS_OF("MOVE", ON_DESTINATION),
    {.command = "REPLACE", .subject = ON_SELECTED, .all = RIGHT_DELETE_MESSAGES | RIGHT_EXPUNGE},
    {.command = "REPLACE", .subject = ON_DESTINATION, .all = RIGHT_INSERT, .note = CATENATING},
    FLAGS_OF("REPLACE", ON_DESTINATION),
    {.command = "FILTER", .subject = ON_SELECTED, .all = RIGHT_READ, .any = FLAGS},
    {.command = "FILTER",
     .part = "what is not kept",
     .subject = ON_SELECTED,
     .all = RIGHT_DELETE_MESSAGES,
     .denial = DENIAL_OMITS},
    {.command = "FILTER",
     .part = "fileinto",
     .subject = ON_DESTINATION,
     .all = RIGHT_INSERT,
     .denial = DENIAL_OMITS},
    FLAGS_OF("FILTER", ON_SELECTED),
    {.command = "delivery",
     .subject = ON_NAMED,
     .all = RIGHT_POST,
     .note = "mail to the mailbox's address"},
    {0},
};

const struct command_rights *command_rights_all(void)
{
    return command_rows;
}

static rights_mask command_rights_lacking(const struct command_rights *row, rights_mask held)
{
    rights_mask all = row->subject == ON_NOTHING ? RIGHTS_NONE : row->all | RIGHT_LOOKUP;
    return all & ~held;
}

bool command_rights_are_held(const struct command_rights *row, rights_mask held)
{
    return !command_rights_lacking(row, held) && (!row->any || (row->any & held));
}

void command_rights_render_lack(const struct command_rights *row, rights_mask held,
                                struct buffer *out)
{
    rights_mask lacking = command_rights_lacking(row, held);
    rights_render(lacking, false, out);
    if (!row->any || (row->any & held))
        return;
    buffer_add_cstr(out, lacking ? " and one of " : "one of ");
    rights_render(row->any, false, out);
}

const char *command_subject_text(enum command_subject subject)
{
    static const char *const texts[] = {
        [ON_NOTHING] = "",
        [ON_SELECTED] = "selected mailbox",
        [ON_NAMED] = "named mailbox",
        [ON_DESTINATION] = "destination",
        [ON_PARENT] = "parent",
        [ON_LISTED] = "listed mailbox",
    };
    return texts[subject];
}

const char *command_denial_text(enum command_denial denial)
{
    static const char *const texts[] = {
        [DENIAL_REFUSES] = "refused", [DENIAL_OMITS] = "left out", [DENIAL_LIMITS] = "read-only"};
    return texts[denial];
}
