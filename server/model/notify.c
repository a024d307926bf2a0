#include "model/notify.h"

#include "model/mailbox_name.h"

static const struct notify_event {
    const char *name;
    unsigned bit;
} notify_event_rows[] = {
    {"MessageNew", NOTIFY_MESSAGE_NEW},
    {"MessageExpunge", NOTIFY_MESSAGE_EXPUNGE},
    {"FlagChange", NOTIFY_FLAG_CHANGE},
    {"MailboxName", NOTIFY_MAILBOX_NAME},
    {"SubscriptionChange", NOTIFY_SUBSCRIPTION_CHANGE},
    {"MailboxMetadataChange", NOTIFY_MAILBOX_METADATA},
    {"ServerMetadataChange", NOTIFY_SERVER_METADATA},
};
enum { NOTIFY_EVENTS = sizeof notify_event_rows / sizeof notify_event_rows[0] };

unsigned notify_event_find(struct slice name)
{
    for (size_t i = 0; i < NOTIFY_EVENTS; i++)
        if (slice_equal_nocase(name, slice_cstr(notify_event_rows[i].name)))
            return notify_event_rows[i].bit;
    return 0;
}

void notify_events_render(struct buffer *out)
{
    for (size_t i = 0; i < NOTIFY_EVENTS; i++)
        buffer_printf(out, "%s%s", i ? " " : "", notify_event_rows[i].name);
}

static bool is_of_selected(const struct notify_group *group)
{
    return group->filter == NOTIFY_SELECTED || group->filter == NOTIFY_SELECTED_DELAYED;
}

const struct notify_group *notify_selected_group(const struct notify_spec *spec)
{
    for (size_t i = 0; i < spec->count; i++)
        if (is_of_selected(&spec->groups[i]))
            return spec->groups[i].events ? &spec->groups[i] : NULL;
    return NULL;
}

static bool is_below(struct slice name, struct slice root)
{
    return name.len > root.len && slice_starts_with(name, root) &&
           name.data[root.len] == MAILBOX_SEPARATOR;
}

static bool is_in_space(struct slice name, const char *root)
{
    return slice_equal(name, slice_cstr(root)) || is_below(name, slice_cstr(root));
}

static bool is_personal(struct slice name)
{
    return !is_in_space(name, MAILBOX_OTHER_USERS) && !is_in_space(name, MAILBOX_SHARED);
}

static bool is_named(const struct notify_group *group, struct slice name, bool or_below)
{
    for (size_t i = 0; i < group->count; i++)
        if (slice_equal(name, group->names[i]) || (or_below && is_below(name, group->names[i])))
            return true;
    return false;
}

static bool belongs_to(const struct notify_group *group, const struct notify_subject *subject)
{
    switch (group->filter) {
    case NOTIFY_SELECTED:
    case NOTIFY_SELECTED_DELAYED:
        break;
    case NOTIFY_INBOXES:
    case NOTIFY_PERSONAL:
        return subject->selectable && is_personal(subject->name);
    case NOTIFY_SUBSCRIBED:
        return subject->subscribed;
    case NOTIFY_SUBTREE:
        return subject->selectable && is_named(group, subject->name, true);
    case NOTIFY_MAILBOXES:
        return is_named(group, subject->name, false);
    }
    return false;
}

unsigned notify_spec_events(const struct notify_spec *spec, const struct notify_subject *subject)
{
    unsigned events = 0;
    for (size_t i = 0; i < spec->count; i++)
        if (belongs_to(&spec->groups[i], subject))
            events |= spec->groups[i].events;
    return events;
}

unsigned notify_spec_any_events(const struct notify_spec *spec)
{
    unsigned events = 0;
    for (size_t i = 0; i < spec->count; i++)
        if (!is_of_selected(&spec->groups[i]))
            events |= spec->groups[i].events;
    return events;
}
