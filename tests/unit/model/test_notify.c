#include "model/notify.h"
#include "support/check.h"

static unsigned events_of(const struct notify_group *group, const char *name, bool selectable,
                          bool subscribed)
{
    const struct notify_spec spec = {.groups = group, .count = 1};
    const struct notify_subject subject = {slice_cstr(name), selectable, subscribed};
    return notify_spec_events(&spec, &subject);
}

void test_notify_personal_is_what_is_selectable_and_ones_own(void)
{
    const struct notify_group group = {.filter = NOTIFY_PERSONAL, .events = NOTIFY_MAILBOX_NAME};
    CHECK_INT(events_of(&group, "INBOX", true, false), NOTIFY_MAILBOX_NAME);
    CHECK_INT(events_of(&group, "Sharedness", true, false), NOTIFY_MAILBOX_NAME);
    CHECK_INT(events_of(&group, "Work", false, true), 0);
    CHECK_INT(events_of(&group, "Shared/Sales", true, true), 0);
    CHECK_INT(events_of(&group, "Other Users/bob/INBOX", true, true), 0);
    CHECK_INT(events_of(&group, "Shared", true, true), 0);
}

void test_notify_inboxes_are_personal(void)
{
    const struct notify_group group = {.filter = NOTIFY_INBOXES, .events = NOTIFY_MESSAGES};
    CHECK_INT(events_of(&group, "Work/Filed", true, false), NOTIFY_MESSAGES);
    CHECK_INT(events_of(&group, "Shared/Sales", true, false), 0);
}

void test_notify_subtree_is_the_mailbox_and_what_is_below(void)
{
    struct slice names[] = {SLICE("Lists"), SLICE("Work/A")};
    const struct notify_group group = {
        .filter = NOTIFY_SUBTREE, .names = names, .count = 2, .events = NOTIFY_MESSAGES};
    CHECK_INT(events_of(&group, "Lists", true, false), NOTIFY_MESSAGES);
    CHECK_INT(events_of(&group, "Lists/Im2000", true, false), NOTIFY_MESSAGES);
    CHECK_INT(events_of(&group, "Work/A/B/C", true, false), NOTIFY_MESSAGES);
    CHECK_INT(events_of(&group, "Listserv", true, false), 0);
    CHECK_INT(events_of(&group, "Work", true, false), 0);
    CHECK_INT(events_of(&group, "Lists/Im2000", false, false), 0);
}

void test_notify_mailboxes_are_only_these(void)
{
    struct slice names[] = {SLICE("Lists"), SLICE("*")};
    const struct notify_group group = {
        .filter = NOTIFY_MAILBOXES, .names = names, .count = 2, .events = NOTIFY_MESSAGES};
    CHECK_INT(events_of(&group, "Lists", true, false), NOTIFY_MESSAGES);
    CHECK_INT(events_of(&group, "Lists/Im2000", true, false), 0);
    CHECK_INT(events_of(&group, "INBOX", true, false), 0);
}

void test_notify_adds_up_all_groups_but_the_selected_one(void)
{
    const struct notify_group groups[] = {
        {.filter = NOTIFY_SELECTED, .events = NOTIFY_MESSAGE_EVENTS},
        {.filter = NOTIFY_PERSONAL, .events = NOTIFY_SUBSCRIPTION_CHANGE},
        {.filter = NOTIFY_SUBSCRIBED, .events = NOTIFY_MESSAGES},
    };
    const struct notify_spec spec = {.groups = groups, .count = 3};
    const struct notify_subject subject = {SLICE("INBOX"), true, true};
    CHECK_INT(notify_spec_events(&spec, &subject), NOTIFY_SUBSCRIPTION_CHANGE | NOTIFY_MESSAGES);
    CHECK_INT(notify_spec_any_events(&spec), NOTIFY_SUBSCRIPTION_CHANGE | NOTIFY_MESSAGES);
    CHECK(notify_selected_group(&spec) == &groups[0]);
}

void test_notify_selected_none_is_no_group(void)
{
    const struct notify_group group = {.filter = NOTIFY_SELECTED};
    const struct notify_spec spec = {.groups = &group, .count = 1};
    CHECK(!notify_selected_group(&spec));
}

void test_notify_knows_its_events_by_name(void)
{
    struct buffer names;
    buffer_init(&names, 0);
    notify_events_render(&names);
    CHECK_SLICE(buffer_slice(&names),
                "MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange "
                "MailboxMetadataChange ServerMetadataChange");
    buffer_clear(&names);
    CHECK_INT(notify_event_find(SLICE("messagenew")), NOTIFY_MESSAGE_NEW);
    CHECK_INT(notify_event_find(SLICE("AnnotationChange")), 0);
    CHECK_INT(notify_event_find(SLICE("")), 0);
}
