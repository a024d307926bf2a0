#include "proto/notify_args.h"

#include "proto/fetch_args.h"

/* Names: mailbox / "(" mailbox *(SP mailbox) ")" ------------------------------------------- */

struct names {
    struct slice *items;
    size_t count, room;
};

static int add_name(struct lexer *lexer, struct names *names)
{
    if (names->count == lexer->items_max)
        return fail(ERR_LIMIT, "Too many mailboxes");
    if (names->count == names->room) {
        size_t room = names->room ? names->room * 2 : 8;
        struct slice *items = ARENA_ARRAY(lexer->arena, room, struct slice);
        if (!items)
            return -ERR_NO_MEMORY;
        for (size_t i = 0; i < names->count; i++)
            items[i] = names->items[i];
        names->items = items;
        names->room = room;
    }
    int err = lexer_mailbox(lexer, &names->items[names->count]);
    names->count += err == 0;
    return err;
}

static int parse_names(struct lexer *lexer, struct notify_group *group)
{
    struct names names = {0};
    int err = lexer_space(lexer);
    bool many = !err && lexer_accept(lexer, '(');
    if (many)
        lexer_skip_spaces(lexer);
    while (!err) {
        err = add_name(lexer, &names);
        if (err || !many || lexer_accept(lexer, ')'))
            break;
        err = lexer_space(lexer);
        if (!err && lexer_accept(lexer, ')'))
            break;
    }
    group->names = names.items;
    group->count = names.count;
    return err;
}

static const struct filter_row {
    const char *name;
    enum notify_filter filter;
    int (*parse)(struct lexer *lexer, struct notify_group *group); /* its value; NULL: has none */
} filter_rows[] = {
    {"SELECTED", NOTIFY_SELECTED, NULL},
    {"SELECTED-DELAYED", NOTIFY_SELECTED_DELAYED, NULL},
    {"INBOXES", NOTIFY_INBOXES, NULL},
    {"PERSONAL", NOTIFY_PERSONAL, NULL},
    {"SUBSCRIBED", NOTIFY_SUBSCRIBED, NULL},
    {"SUBTREE", NOTIFY_SUBTREE, parse_names},
    {"MAILBOXES", NOTIFY_MAILBOXES, parse_names},
};

static int parse_filter(struct lexer *lexer, struct notify_group *group)
{
    for (size_t i = 0; i < sizeof filter_rows / sizeof filter_rows[0]; i++) {
        if (!lexer_accept_word(lexer, filter_rows[i].name))
            continue;
        group->filter = filter_rows[i].filter;
        return filter_rows[i].parse ? filter_rows[i].parse(lexer, group) : 0;
    }
    return fail(ERR_SYNTAX, "Unknown kind of mailboxes to be notified of");
}

/* Events ------------------------------------------------------------------------------------ */

static bool is_of_selected(const struct notify_group *group)
{
    return group->filter == NOTIFY_SELECTED || group->filter == NOTIFY_SELECTED_DELAYED;
}

/* "MessageNew" [SP "(" fetch-att … ")"] */
static int parse_fetch(struct lexer *lexer, struct notify_group *group)
{
    struct lexer ahead = *lexer;
    lexer_skip_spaces(&ahead);
    if (lexer_peek(&ahead) != '(')
        return 0;
    if (!is_of_selected(group))
        return fail(ERR_SYNTAX, "What to fetch can be said for the selected mailbox only");
    int err = lexer_space(lexer);
    return err ? err : fetch_args_parse(lexer, &group->fetch);
}

static int parse_event(struct lexer *lexer, struct notify_group *group, bool *unsupported)
{
    struct slice name;
    int err = lexer_atom(lexer, &name);
    if (err)
        return err;
    unsigned event = notify_event_find(name);
    *unsupported |= event == 0;
    group->events |= event;
    return event == NOTIFY_MESSAGE_NEW ? parse_fetch(lexer, group) : 0;
}

static int parse_event_list(struct lexer *lexer, struct notify_group *group, bool *unsupported)
{
    int err = lexer_expect(lexer, '(');
    lexer_skip_spaces(lexer);
    while (!err) {
        err = parse_event(lexer, group, unsupported);
        if (err || lexer_accept(lexer, ')'))
            break;
        err = lexer_space(lexer);
        if (!err && lexer_accept(lexer, ')'))
            break;
    }
    return err;
}

/* Sections 5 and 6.1. */
static int check_events(const struct notify_group *group)
{
    unsigned messages = group->events & NOTIFY_MESSAGES;
    if (messages && messages != NOTIFY_MESSAGES)
        return fail(ERR_SYNTAX, "MessageNew and MessageExpunge belong together");
    if ((group->events & NOTIFY_FLAG_CHANGE) && !messages)
        return fail(ERR_SYNTAX, "FlagChange needs MessageNew and MessageExpunge");
    if (is_of_selected(group) && (group->events & ~(unsigned)NOTIFY_MESSAGE_EVENTS))
        return fail(ERR_SYNTAX, "The selected mailbox has events of messages only");
    return 0;
}

static int parse_events(struct lexer *lexer, struct notify_group *group, bool *unsupported)
{
    int err = lexer_space(lexer);
    if (err || lexer_accept_word(lexer, "NONE"))
        return err;
    err = parse_event_list(lexer, group, unsupported);
    return err ? err : check_events(group);
}

/* Groups ------------------------------------------------------------------------------------ */

static int parse_group(struct lexer *lexer, struct notify_group *group, bool *unsupported)
{
    int err = lexer_expect(lexer, '(');
    lexer_skip_spaces(lexer);
    if (!err)
        err = parse_filter(lexer, group);
    if (!err)
        err = parse_events(lexer, group, unsupported);
    lexer_skip_spaces(lexer);
    return err ? err : lexer_expect(lexer, ')');
}

static int check_selected(const struct notify_spec *spec)
{
    size_t selected = 0;
    for (size_t i = 0; i < spec->count; i++)
        selected += is_of_selected(&spec->groups[i]);
    if (selected > 1)
        return fail(ERR_SYNTAX, "The selected mailbox can be named once");
    return 0;
}

static int parse_set(struct lexer *lexer, struct notify_spec *spec)
{
    int err = lexer_space(lexer);
    if (!err && lexer_accept_word(lexer, "STATUS")) {
        spec->status = true;
        err = lexer_space(lexer);
    }
    struct notify_group *groups = ARENA_ARRAY(lexer->arena, NOTIFY_GROUPS_MAX, struct notify_group);
    if (!err && !groups)
        err = -ERR_NO_MEMORY;
    spec->groups = groups;
    size_t names = 0;
    while (!err) {
        if (spec->count == NOTIFY_GROUPS_MAX)
            return fail(ERR_LIMIT, "At most %d groups of mailboxes", NOTIFY_GROUPS_MAX);
        err = parse_group(lexer, &groups[spec->count++], &spec->unsupported);
        if (err)
            break;
        names += groups[spec->count - 1].count;
        if (names > NOTIFY_NAMES_MAX)
            return fail(ERR_LIMIT, "At most %d names of mailboxes", NOTIFY_NAMES_MAX);
        lexer_skip_spaces(lexer);
        if (lexer_at_end(lexer))
            break;
    }
    return err ? err : check_selected(spec);
}

int notify_args_parse(struct lexer *lexer, struct notify_spec *out)
{
    struct notify_spec spec = {0};
    int err = lexer_space(lexer);
    if (!err && lexer_accept_word(lexer, "SET"))
        err = parse_set(lexer, &spec);
    else if (!err && !lexer_accept_word(lexer, "NONE"))
        err = fail(ERR_SYNTAX, "SET or NONE expected");
    if (!err)
        err = lexer_end(lexer);
    if (!err)
        *out = spec;
    return err;
}
