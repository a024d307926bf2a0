#include "proto/fetch_args.h"
#include "proto/notify_args.h"
#include "support/check.h"

static const char *const filters[] = {
    [NOTIFY_SELECTED] = "selected",     [NOTIFY_SELECTED_DELAYED] = "delayed",
    [NOTIFY_INBOXES] = "inboxes",       [NOTIFY_PERSONAL] = "personal",
    [NOTIFY_SUBSCRIBED] = "subscribed", [NOTIFY_SUBTREE] = "subtree",
    [NOTIFY_MAILBOXES] = "mailboxes",
};

/* "status selected:7(UID,FLAGS) subtree[Lists,A]:3 unsupported" */
static void describe(const struct notify_spec *spec, struct buffer *out)
{
    buffer_add_cstr(out, spec->status ? "status " : "");
    for (size_t i = 0; i < spec->count; i++) {
        const struct notify_group *group = &spec->groups[i];
        buffer_add_cstr(out, i ? " " : "");
        buffer_add_cstr(out, filters[group->filter]);
        for (size_t n = 0; n < group->count; n++)
            buffer_printf(out, "%s%.*s", n ? "," : "[", SLICE_ARGS(group->names[n]));
        buffer_printf(out, "%s:%u", group->count ? "]" : "", group->events);
        for (size_t n = 0; n < group->fetch.count; n++) {
            buffer_add_cstr(out, n ? "," : "(");
            fetch_item_render_name(&group->fetch.items[n], out);
        }
        buffer_add_cstr(out, group->fetch.count ? ")" : "");
    }
    buffer_add_cstr(out, spec->unsupported ? " unsupported" : "");
}

static int parse(struct slice text, struct buffer *out)
{
    struct arena arena;
    struct lexer lexer;
    struct notify_spec spec = {0};
    arena_init(&arena, 0);
    lexer_init(&lexer, text, &arena);
    int result = notify_args_parse(&lexer, &spec);
    describe(&spec, out);
    arena_clear(&arena);
    return result;
}

static void check_notify(const char *text, const char *expected, int line)
{
    struct buffer out;
    buffer_init(&out, 0);
    check_error(parse(slice_cstr(text), &out), ERR_NONE, text, __FILE__, line);
    check_slice(buffer_slice(&out), slice_cstr(expected), text, __FILE__, line);
    buffer_clear(&out);
}
#define CHECK_NOTIFY(text, expected) check_notify(text, expected, __LINE__)

static void check_refused(const char *text, int line)
{
    struct buffer out;
    buffer_init(&out, 0);
    check_error(parse(slice_cstr(text), &out), ERR_SYNTAX, text, __FILE__, line);
    check_slice(buffer_slice(&out), SLICE(""), text, __FILE__, line);
    buffer_clear(&out);
}
#define CHECK_REFUSED(text) check_refused(text, __LINE__)

void test_notify_args_reads_none(void)
{
    CHECK_NOTIFY(" NONE", "");
    CHECK_NOTIFY(" none ", "");
    CHECK_REFUSED(" NONE x");
    CHECK_REFUSED("");
    CHECK_REFUSED(" SOME");
}

void test_notify_args_reads_each_filter(void)
{
    CHECK_NOTIFY(" SET (inboxes (MailboxName))", "inboxes:8");
    CHECK_NOTIFY(" SET (personal NONE)", "personal:0");
    CHECK_NOTIFY(" set status (Subscribed (SubscriptionChange))", "status subscribed:16");
    CHECK_NOTIFY(" SET (selected-delayed (MessageNew MessageExpunge FlagChange))", "delayed:7");
    CHECK_NOTIFY(" SET (subtree Lists (MailboxMetadataChange))", "subtree[Lists]:32");
    CHECK_NOTIFY(" SET (mailboxes (a \"b c\" {1+}\r\nd) (ServerMetadataChange))",
                 "mailboxes[a,b c,d]:64");
}

void test_notify_args_reads_many_names(void)
{
    CHECK_NOTIFY(" SET (mailboxes (1 2 3 4 5 6 7 8 9 10) NONE)",
                 "mailboxes[1,2,3,4,5,6,7,8,9,10]:0");
}

void test_notify_args_reads_what_to_fetch(void)
{
    CHECK_NOTIFY(" SET (selected (MessageNew (uid body.peek[header.fields (from to subject)]) "
                 "MessageExpunge)) (subtree Lists (MessageNew MessageExpunge))",
                 "selected:3(UID,BODY[HEADER.FIELDS (from to subject)]) subtree[Lists]:3");
    CHECK_REFUSED(" SET (personal (MessageNew (UID) MessageExpunge))");
    CHECK_REFUSED(" SET (selected (MessageExpunge (UID) MessageNew))");
}

void test_notify_args_wants_what_belongs_together(void)
{
    CHECK_REFUSED(" SET (personal (MessageNew))");
    CHECK_REFUSED(" SET (personal (MessageExpunge))");
    CHECK_REFUSED(" SET (personal (FlagChange))");
    CHECK_REFUSED(" SET (personal (MessageExpunge FlagChange))");
    CHECK_REFUSED(" SET (selected (MailboxName))");
    CHECK_REFUSED(" SET (selected NONE) (selected-delayed NONE)");
}

void test_notify_args_tells_events_that_are_not_there(void)
{
    CHECK_NOTIFY(" SET (personal (MailboxName Weather))", "personal:8 unsupported");
    CHECK_NOTIFY(" SET (selected (MessageNew MessageExpunge AnnotationChange))",
                 "selected:3 unsupported");
}

void test_notify_args_has_a_limit_of_groups(void)
{
    struct buffer text, out;
    buffer_init(&text, 0);
    buffer_init(&out, 0);
    buffer_add_cstr(&text, " SET");
    for (int i = 0; i < NOTIFY_GROUPS_MAX; i++)
        buffer_add_cstr(&text, " (personal NONE)");
    CHECK_OK(parse(buffer_slice(&text), &out));
    buffer_add_cstr(&text, " (personal NONE)");
    CHECK_ERR(parse(buffer_slice(&text), &out), ERR_LIMIT);
    buffer_clear(&text);
    buffer_clear(&out);
}

void test_notify_args_never_reads_half_of_them(void)
{
    const struct slice text = SLICE(" SET STATUS (mailboxes (A B) (MessageNew MessageExpunge))");
    for (size_t len = 0; len < text.len; len++) {
        struct buffer out;
        buffer_init(&out, 0);
        CHECK_ERR(parse(slice_sub(text, 0, len), &out), ERR_SYNTAX);
        buffer_clear(&out);
    }
}
