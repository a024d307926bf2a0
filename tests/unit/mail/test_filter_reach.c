#include "mail/filter_reach.h"

#include <string.h>

#include "mail/annotation.h"
#include "mail/mailbox.h"
#include "mail/mailbox_settings.h"
#include "model/object_id.h"
#include "workers.h"

/* What a script of the user's is told. */
struct asker {
    struct filter_reach reach;
    struct sieve_host host;
};

static struct asker asker_for(struct world *world, const struct actor *author, int64_t user_id)
{
    struct asker asker = {.reach = {world->mail, *author, user_id, &world->arena}};
    filter_reach_offer(&asker.host);
    return asker;
}

static bool has_mailbox(struct asker *asker, const char *name)
{
    bool found = false;
    CHECK_OK(asker->host.mailbox_exists(asker, slice_cstr(name), &found));
    return found;
}

static bool has_id(struct asker *asker, struct slice id)
{
    bool found = false;
    CHECK_OK(asker->host.mailbox_id_exists(asker, id, &found));
    return found;
}

static bool has_use(struct asker *asker, const char *name, const char *use)
{
    bool found = false;
    CHECK_OK(asker->host.special_use_exists(asker, slice_cstr(name), slice_cstr(use), &found));
    return found;
}

/* The annotation's value; "none". */
static struct slice value_of(struct asker *asker, const char *name, const char *entry)
{
    struct slice value = SLICE_EMPTY;
    int err = asker->host.metadata(asker, slice_cstr(name), slice_cstr(entry), asker->reach.arena,
                                   &value);
    if (err != -ERR_NOT_FOUND)
        CHECK_OK(err);
    return err ? SLICE("none") : value;
}

static struct slice id_of(struct world *world, const char *mailbox)
{
    struct buffer text;
    struct slice id = SLICE_EMPTY;
    buffer_init(&text, 0);
    object_id_render(OBJECT_MAILBOX, grant_mailbox_id(world_grant(world, &world->admin, mailbox)),
                     &text);
    CHECK_OK(buffer_keep(&text, &world->arena, &id));
    return id;
}

/* Where fileinto goes: the name as the author sees it. */
static struct slice target_of(struct asker *asker, const struct sieve_action *action)
{
    const struct grant *grant;
    int err = filter_reach_find(&asker->reach, action, &grant);
    if (err != -ERR_NOT_FOUND)
        CHECK_OK(err);
    return err ? SLICE("none") : grant_name(grant);
}

static void make_use(struct world *world, const struct actor *actor, const char *name,
                     const char *use)
{
    struct special_uses uses = {.count = 0};
    CHECK_OK(special_uses_add(&uses, slice_cstr(use)));
    CHECK_OK(mailbox_create_for_uses(world->mail, actor, slice_cstr(name), &uses, NULL));
}

static void uses_body(struct world *world)
{
    make_use(world, &world->alice, "Spam", "\\Junk");
    make_use(world, &world->bob, "Bobs", "\\Sent");
    world_create(world, "Shared/Team");
    world_allow(world, "Shared/Team", "alice", "lr");
    CHECK_OK(mailbox_set_special_use(world->mail, world_grant(world, &world->admin, "Shared/Team"),
                                     SLICE("\\Archive")));
    struct asker alice = asker_for(world, &world->alice, world->alice.user_id);
    CHECK(has_use(&alice, "", "\\Junk"));
    CHECK(has_use(&alice, "", "\\jUNK"));
    CHECK(has_use(&alice, "Spam", "\\Junk"));
    CHECK(!has_use(&alice, "INBOX", "\\Junk"));
    CHECK(!has_use(&alice, "Nowhere", "\\Junk"));
    CHECK(!has_use(&alice, "", "\\Sent"));
    CHECK(!has_use(&alice, "", "\\Other"));
    CHECK(!has_use(&alice, "", "\\Archive"));
    world_allow(world, "Shared/Team", "alice", "lrp");
    CHECK(has_use(&alice, "", "\\Archive"));
    CHECK(has_use(&alice, "Shared/Team", "\\Archive"));
    struct asker of_mailbox = asker_for(world, &world->alice, 0);
    CHECK(has_use(&of_mailbox, "", "\\Archive"));
    CHECK(!has_use(&of_mailbox, "", "\\Junk"));

    struct sieve_action action = {
        .kind = SIEVE_FILEINTO, .mailbox = SLICE("New"), .special_use = SLICE("\\junk")};
    CHECK_SLICE(target_of(&alice, &action), "Spam");
    CHECK_SLICE(target_of(&of_mailbox, &action), "none");
    action.special_use = SLICE("\\Drafts");
    CHECK_SLICE(target_of(&alice, &action), "none");
    action.create = true;
    CHECK_SLICE(target_of(&alice, &action), "New");
    CHECK(has_use(&alice, "New", "\\Drafts"));
    action.mailbox = SLICE("Other");
    CHECK_SLICE(target_of(&alice, &action), "New");
}

void test_filter_reach_finds_by_special_use(void)
{
    world_run(uses_body);
}

static void ids_body(struct world *world)
{
    world_create(world, "Shared/Team");
    world_allow(world, "Shared/Team", "alice", "lr");
    struct slice id = id_of(world, "Shared/Team");
    struct asker alice = asker_for(world, &world->alice, world->alice.user_id);
    struct sieve_action action = {
        .kind = SIEVE_FILEINTO, .mailbox = SLICE("INBOX"), .mailbox_id = id};
    CHECK_OK(mailbox_ensure_inbox(world->mail, &world->alice));
    CHECK(!has_id(&alice, id));
    CHECK_SLICE(target_of(&alice, &action), "INBOX");
    world_allow(world, "Shared/Team", "alice", "li");
    CHECK(has_id(&alice, id));
    CHECK_SLICE(target_of(&alice, &action), "Shared/Team");
    CHECK(!has_id(&alice, SLICE("F0")));
    CHECK(!has_id(&alice, SLICE("nonsense")));
    CHECK(!has_id(&alice, SLICE("")));
    CHECK(has_mailbox(&alice, "Shared/Team"));
    world_allow(world, "Shared/Team", "alice", "lr");
    CHECK(!has_mailbox(&alice, "Shared/Team"));
    CHECK(!has_mailbox(&alice, "Nowhere"));
}

void test_filter_reach_finds_by_identifier(void)
{
    world_run(ids_body);
}

static void annotate(struct world *world, const struct actor *actor, const struct grant *grant,
                     const char *entry, const char *value)
{
    const struct annotation annotation = {slice_cstr(entry), slice_cstr(value), strlen(value)};
    CHECK_OK(annotation_write(world->mail, actor, grant, &annotation, 1));
}

static void annotations_body(struct world *world)
{
    world_create(world, "Shared/Team");
    world_allow(world, "Shared/Team", "alice", "lrw");
    world_allow(world, "Shared/Team", "bob", "l");
    const struct grant *team = world_grant(world, &world->alice, "Shared/Team");
    annotate(world, &world->alice, team, "/shared/comment", "all");
    annotate(world, &world->alice, team, "/private/comment", "mine");
    annotate(world, &world->admin, NULL, "/shared/comment", "server");
    struct asker alice = asker_for(world, &world->alice, world->alice.user_id);
    struct asker bob = asker_for(world, &world->bob, world->bob.user_id);
    struct asker carol = asker_for(world, &world->carol, world->carol.user_id);
    CHECK_SLICE(value_of(&alice, "Shared/Team", "/shared/comment"), "all");
    CHECK_SLICE(value_of(&alice, "Shared/Team", "/Private/Comment"), "mine");
    CHECK_SLICE(value_of(&alice, "Shared/Team", "/private/other"), "none");
    CHECK_SLICE(value_of(&alice, "Shared/Team", "no entry"), "none");
    CHECK_SLICE(value_of(&bob, "Shared/Team", "/shared/comment"), "none");
    CHECK_SLICE(value_of(&carol, "Shared/Team", "/shared/comment"), "none");
    CHECK_SLICE(value_of(&carol, "", "/shared/comment"), "server");
    world_allow(world, "Shared/Team", "bob", "lr");
    CHECK_SLICE(value_of(&bob, "Shared/Team", "/shared/comment"), "all");
    CHECK_SLICE(value_of(&bob, "Shared/Team", "/private/comment"), "none");
}

void test_filter_reach_reads_annotations_with_the_rights_of_the_author(void)
{
    world_run(annotations_body);
}
