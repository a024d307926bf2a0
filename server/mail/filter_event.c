#include "mail/filter_event.h"

#include "base/digest.h"
#include "engine.h"
#include "filter_existing.h"
#include "filter_program.h"
#include "grant.h"
#include "store/sieve_rows.h"

/* One script over the messages of one event. */
struct occasion {
    struct mail *mail;
    const struct grant *cause; /* of who has caused it */
    const struct filter_event *event;
    struct sieve_active_row script;
    struct slice email;
    struct filter_existing filter; /* with the author's grant */
    struct picture *picture;       /* as flags are now for who has caused it */
    struct keyword_table keywords;
    struct arena *arena;
    struct filter_event_report *report;
};

bool filter_event_is_wanted(const struct grant *grant)
{
    return grant->has_events;
}

/* text: the arena's; NULL: there was no memory for it. */
static int note(struct occasion *occasion, const char *text)
{
    if (!text)
        return -ERR_NO_MEMORY;
    if (occasion->report->failed++ == 0)
        occasion->report->problem = slice_cstr(text);
    return 0;
}

/* Over one message ----------------------------------------------------------------------------- */

/* Sections 4.1 to 4.5. */
static int run_over(struct occasion *occasion, const struct entry *entry, flag_mask changed,
                    struct arena *arena, struct slice *problem_out)
{
    static const struct slice causes[] = {[FILTER_APPENDED] = {"APPEND", 6},
                                          [FILTER_COPIED] = {"COPY", 4},
                                          [FILTER_FLAGGED] = {"FLAG", 4}};
    struct slice flags;
    int err = filter_flags_render(changed, &occasion->keywords, arena, &flags);
    if (err)
        return err;
    const struct sieve_environment_item items[] = {
        {"location", SLICE("MS")},
        {"phase", SLICE("post")},
        {"name", SLICE("Postroom")},
        {"imap.user", grant_actor(occasion->cause)->login},
        {"imap.email", occasion->email},
        {"imap.cause", causes[occasion->event->cause]},
        {"imap.mailbox", grant_name(occasion->filter.grant)},
        {"imap.changedflags", flags},
    };
    uint8_t number[16]; /* the same again is another event */
    random_octets(number, sizeof number);
    struct filter_existing filter = occasion->filter;
    filter.occasion = slice_of((const char *)number, sizeof number);
    filter.environment = items;
    filter.environment_count = sizeof items / sizeof items[0];
    return filter_existing_run(&filter, entry, arena, problem_out);
}

/* What has changed of its flags; 0: nothing, or it was not there. */
static flag_mask find_changed(const struct picture *before, const struct entry *entry)
{
    struct entry old;
    return picture_find(before, entry->uid, &old) ? old.flags ^ entry->flags : 0;
}

static int run_over_uid(struct occasion *occasion, uint32_t uid)
{
    struct entry entry;
    if (!picture_find(occasion->picture, uid, &entry))
        return 0;
    const struct picture *before = occasion->event->before;
    flag_mask changed = before ? find_changed(before, &entry) : 0;
    if (before && !changed)
        return 0;
    struct arena arena;
    arena_init(&arena, 0);
    struct slice problem = SLICE_EMPTY;
    int err = run_over(occasion, &entry, changed, &arena, &problem);
    if (!err && problem.len)
        err =
            note(occasion, arena_printf(occasion->arena, "UID %u: %.*s", uid, SLICE_ARGS(problem)));
    arena_clear(&arena);
    return err;
}

/* Between two messages: what was done to one was done wholly. */
static int check_time(const struct filter_event *event, uint32_t uid)
{
    if (!event->is_over || !event->is_over(event->arg))
        return 0;
    return fail(ERR_CANCELLED, "the server stops: UID %u and those after it were not looked at",
                uid);
}

static int run_over_all(struct occasion *occasion)
{
    const struct filter_event *event = occasion->event;
    int err = 0;
    for (size_t i = 0; i < event->uids->count && !err; i++) {
        uint64_t uid = event->uids->ranges[i].first;
        for (; uid <= event->uids->ranges[i].last && !err; uid++) {
            err = check_time(event, (uint32_t)uid);
            if (!err)
                err = run_over_uid(occasion, (uint32_t)uid);
            progress_step(event->progress);
        }
    }
    return err;
}

/* The mailbox ---------------------------------------------------------------------------------- */

static int look_at(struct occasion *occasion, struct view *view)
{
    int err = view_picture(view, grant_actor(occasion->cause)->user_id, &occasion->picture);
    if (err)
        return err;
    err = view_copy_keywords(view, occasion->arena, &occasion->keywords);
    occasion->filter.keywords = &occasion->keywords;
    if (!err)
        err = run_over_all(occasion);
    picture_unref(&occasion->picture);
    return err;
}

/* The author's grant is asked for after the change, and the view as young as it. */
static int open_mailbox(struct occasion *occasion)
{
    const struct actor *who = grant_actor(occasion->cause);
    struct actor author = filter_author(&occasion->script);
    author.client = who->client;
    int err = acl_check_id(occasion->mail, &author, grant_mailbox_id(occasion->cause), RIGHT_READ,
                           occasion->arena, &occasion->filter.grant);
    if (err == -ERR_NOT_FOUND || err == -ERR_DENIED)
        return note(occasion, "its author may not read the mailbox");
    struct view *view;
    if (!err)
        err = view_open_now(occasion->mail, occasion->filter.grant, &view);
    if (err)
        return err;
    err = look_at(occasion, view);
    view_close(&view);
    return err;
}

static int run_script(struct occasion *occasion)
{
    int64_t owner_id = grant_owner_id(occasion->cause);
    struct filter_owner owner = {.user_id = owner_id,
                                 .mailbox_id = owner_id ? 0 : grant_mailbox_id(occasion->cause)};
    struct sieve_program *program;
    struct sieve_problem problem = {.script = SLICE_EMPTY};
    int err = filter_compile(occasion->mail, &owner, FILTER_FOR_EVENTS, occasion->script.text,
                             &program, &problem);
    if (err && problem.text[0])
        return note(occasion,
                    arena_printf(occasion->arena, "line %u: %s", problem.line, problem.text));
    if (err)
        return err;
    owner.actor_id = occasion->script.author_id;
    occasion->filter.owner = owner;
    occasion->filter.program = program;
    err = open_mailbox(occasion);
    sieve_program_free(&program);
    return err;
}

int filter_event_run(struct mail *mail, const struct grant *grant, const struct filter_event *event,
                     struct arena *arena, struct filter_event_report *report_out)
{
    struct filter_event_report report = {0, SLICE_EMPTY};
    struct occasion occasion = {.mail = mail,
                                .cause = grant,
                                .event = event,
                                .filter = {.mail = mail, .is_event = true},
                                .arena = arena,
                                .report = &report};
    int err =
        sieve_rows_for_event(mail->database, grant_mailbox_id(grant), grant_actor(grant)->user_id,
                             arena, &occasion.script, &occasion.email);
    if (!err)
        err = run_script(&occasion);
    else if (err == -ERR_NOT_FOUND) /* section 2.3.1: a name that is no script's runs none */
        err = 0;
    if (!err)
        *report_out = report;
    return err;
}
