#include "delivery_plan.h"

#include <stdlib.h>
#include <string.h>

#include "acl_check.h"
#include "base/clock.h"
#include "engine.h"
#include "mail/outgoing.h"
#include "mail/quota.h"
#include "mail/writer.h"
#include "writer_change.h"
#include "writer_deliver.h"

/* A message as it came in, or as a script has changed it. */
struct letter {
    struct letter *next;
    struct intake_result message;
    const struct message_content *content; /* by which it is known again once it is stored */
};

struct place {
    struct place *next;
    const struct grant *grant; /* of whoever delivers */
    struct letter *letter;
    flag_mask flags;
    int64_t seen_by;
};

struct parcel {
    struct parcel *next;
    struct outgoing_order order;
    struct letter *letter; /* NULL: the order has its own */
};

struct addition {
    struct addition *next;
    struct change change;
};

struct delivery_plan {
    struct mail *mail;
    const struct delivery *delivery;
    struct arena *arena;
    struct letter *letters;
    struct place *first, **end;
    size_t place_count;
    struct parcel *parcels;
    size_t parcel_count;
    struct addition *additions, **additions_end; /* in their order */
    size_t addition_count;
    const struct outgoing_claim *claim;
    struct filter_owner owner; /* of the identifiers */
    struct identifier *identifiers;
    size_t identifier_count;
    size_t identifier_capacity;
};

struct delivery_plan *delivery_plan_new(struct mail *mail, const struct delivery *delivery,
                                        struct arena *arena)
{
    struct delivery_plan *plan = ARENA_NEW(arena, struct delivery_plan);
    if (!plan)
        return NULL;
    *plan = (struct delivery_plan){.mail = mail, .delivery = delivery, .arena = arena};
    plan->end = &plan->first;
    plan->additions_end = &plan->additions;
    return plan;
}

/* Planning ------------------------------------------------------------------------------------- */

static struct letter *find_letter(struct delivery_plan *plan, const struct intake_result *message)
{
    struct letter *letter = plan->letters;
    while (letter && !(letter->content == message->content &&
                       letter->message.message_id == message->message_id))
        letter = letter->next;
    if (letter)
        return letter;
    letter = ARENA_NEW(plan->arena, struct letter);
    if (!letter)
        return NULL;
    *letter = (struct letter){plan->letters, *message, message->content};
    plan->letters = letter;
    return letter;
}

static bool goes_there(const struct delivery_plan *plan, int64_t mailbox_id,
                       const struct letter *letter)
{
    for (const struct place *place = plan->first; place; place = place->next)
        if (grant_mailbox_id(place->grant) == mailbox_id && (!letter || place->letter == letter))
            return true;
    return false;
}

bool delivery_plan_has(const struct delivery_plan *plan, int64_t mailbox_id)
{
    return goes_there(plan, mailbox_id, NULL);
}

static int resolve_flags(struct mail *mail, const struct delivery_flags *flags, struct place *place)
{
    if (grant_is_stale(flags->grant, grant_rights_modseq(place->grant)))
        return fail(ERR_STALE, "the rights have changed");
    if (!flags->names)
        return 0;
    rights_mask rights = grant_rights(flags->grant);
    struct flag_names names = *flags->names;
    names.system &= flags_changeable(rights);
    if (!(rights & RIGHT_WRITE))
        names.keyword_count = 0;
    flag_mask mask;
    int err = writer_resolve_flags(mail, place->grant, &names, &mask);
    if (err)
        return err;
    bool is_own = (mask & FLAG_SEEN) && grant_seen_per_user(place->grant);
    place->seen_by = is_own ? flags->seen_by : 0;
    place->flags = is_own && !flags->seen_by ? mask & ~FLAG_SEEN : mask;
    return 0;
}

static int check_room(struct mail *mail, const struct place *place)
{
    const struct quota_amounts added = {
        {[QUOTA_STORAGE] = place->letter->message.size, [QUOTA_MESSAGES] = 1}};
    return quota_check_delivery(mail, place->grant, &added);
}

static struct actor actor_of(const struct delivery *delivery)
{
    return (struct actor){.login = SLICE("LMTP"), .client = delivery->client};
}

static int add(struct delivery_plan *plan, const struct grant *grant,
               const struct intake_result *message, const struct delivery_flags *flags)
{
    struct letter *letter = find_letter(plan, message);
    struct place *place = ARENA_NEW(plan->arena, struct place);
    if (!letter || !place)
        return -ERR_NO_MEMORY;
    if (goes_there(plan, grant_mailbox_id(grant), letter))
        return 0;
    *place = (struct place){.grant = grant, .letter = letter};
    int err = flags ? resolve_flags(plan->mail, flags, place) : 0;
    if (!err)
        err = check_room(plan->mail, place);
    if (err)
        return err;
    *plan->end = place;
    plan->end = &place->next;
    plan->place_count++;
    return 0;
}

int delivery_plan_add(struct delivery_plan *plan, int64_t mailbox_id,
                      const struct intake_result *message, const struct delivery_flags *flags)
{
    const struct actor actor = actor_of(plan->delivery);
    const struct grant *grant;
    int err = acl_check_id(plan->mail, &actor, mailbox_id, RIGHT_INSERT, plan->arena, &grant);
    return err ? err : add(plan, grant, message, flags);
}

int delivery_plan_add_found(struct delivery_plan *plan, const struct mailbox_row *mailbox,
                            const struct intake_result *message)
{
    const struct actor actor = actor_of(plan->delivery);
    const struct grant *grant;
    int err = acl_grant_all(&actor, mailbox, plan->arena, &grant);
    return err ? err : add(plan, grant, message, NULL);
}

static struct identifier *find_identifier(const struct delivery_plan *plan,
                                          const struct identifier *wanted)
{
    for (size_t i = 0; i < plan->identifier_count; i++)
        if (memcmp(plan->identifiers[i].digest, wanted->digest, sizeof wanted->digest) == 0)
            return &plan->identifiers[i];
    return NULL;
}

static int make_room(struct delivery_plan *plan)
{
    if (plan->identifier_count < plan->identifier_capacity)
        return 0;
    size_t capacity = plan->identifier_capacity ? 2 * plan->identifier_capacity : 4;
    struct identifier *identifiers = ARENA_ARRAY(plan->arena, capacity, struct identifier);
    if (!identifiers)
        return -ERR_NO_MEMORY;
    if (plan->identifier_count)
        memcpy(identifiers, plan->identifiers, plan->identifier_count * sizeof *identifiers);
    plan->identifiers = identifiers;
    plan->identifier_capacity = capacity;
    return 0;
}

/* Asked for twice in one run it was seen by nobody or before, both times; for how long may
 * differ. */
int delivery_plan_remember(struct delivery_plan *plan, const struct filter_owner *owner,
                           const struct identifier *identifier)
{
    struct identifier *known = find_identifier(plan, identifier);
    if (known && known->seconds < identifier->seconds)
        known->seconds = identifier->seconds;
    int err = known ? 0 : make_room(plan);
    if (known || err)
        return err;
    plan->owner = *owner;
    plan->identifiers[plan->identifier_count++] = *identifier;
    return 0;
}

int delivery_plan_send(struct delivery_plan *plan, const struct outgoing_order *order,
                       const struct intake_result *message)
{
    struct letter *letter = message ? find_letter(plan, message) : NULL;
    struct parcel *parcel = ARENA_NEW(plan->arena, struct parcel);
    if ((message && !letter) || !parcel)
        return -ERR_NO_MEMORY;
    *parcel = (struct parcel){plan->parcels, *order, letter};
    plan->parcels = parcel;
    plan->parcel_count++;
    return 0;
}

int delivery_plan_change(struct delivery_plan *plan, const struct change *change)
{
    struct addition *addition = ARENA_NEW(plan->arena, struct addition);
    if (!addition)
        return -ERR_NO_MEMORY;
    *addition = (struct addition){NULL, *change};
    *plan->additions_end = addition;
    plan->additions_end = &addition->next;
    plan->addition_count++;
    return 0;
}

void delivery_plan_settle(struct delivery_plan *plan, const struct outgoing_claim *claim)
{
    plan->claim = claim;
}

/* Carrying out --------------------------------------------------------------------------------- */

static struct append_item item_for(const struct place *place)
{
    const struct intake_result *message = &place->letter->message;
    return (struct append_item){.message_id = message->message_id,
                                .content = message->content,
                                .size = message->size,
                                .flags = place->flags,
                                .seal = message->seal,
                                .internal_date = clock_realtime_us()};
}

/* What can go with the changes of others. */
static int append(struct mail *mail, const struct place *place)
{
    const struct append_item item = item_for(place);
    struct append_outcome outcome = {0};
    int err = writer_append(mail, place->grant, &item, 1, &outcome);
    if (!err)
        uidset_clear(&outcome.uids);
    return err;
}

static bool is_plain(const struct delivery_plan *plan)
{
    return plan->place_count == 1 &&
           plan->identifier_count + plan->parcel_count + plan->addition_count == 0 &&
           !plan->claim && !plan->first->seen_by && !plan->delivery->duplicate_window;
}

static int store_letters(struct delivery_plan *plan)
{
    int err = 0;
    for (struct letter *letter = plan->letters; letter && !err; letter = letter->next) {
        struct intake_result *message = &letter->message;
        if (message->content)
            err = intake_store_held(plan->mail, &message, 1);
    }
    return err;
}

static void make_change(const struct place *place, struct append_item *item, struct change *change)
{
    *item = item_for(place);
    *change = writer_change(place->grant, CHANGE_APPEND);
    change->user_id = place->seen_by;
    change->items = item;
    change->item_count = 1;
}

static int compare_orders(const void *a, const void *b)
{
    return memcmp(((const struct outgoing_order *)a)->digest,
                  ((const struct outgoing_order *)b)->digest, SHA256_SIZE);
}

/* Sorted, so that two deliveries of the same never wait for each other. */
static struct outgoing_order *make_orders(const struct delivery_plan *plan)
{
    struct outgoing_order *orders =
        ARENA_ARRAY(plan->arena, plan->parcel_count, struct outgoing_order);
    struct outgoing_order *order = orders;
    for (const struct parcel *parcel = plan->parcels; parcel && orders; parcel = parcel->next) {
        *order = parcel->order;
        if (parcel->letter) {
            order->mail.message_id = parcel->letter->message.message_id;
            order->seal = parcel->letter->message.seal;
        }
        order++;
    }
    if (orders)
        qsort(orders, plan->parcel_count, sizeof *orders, compare_orders);
    return orders;
}

static int carry_out_together(struct delivery_plan *plan)
{
    struct append_item *items = ARENA_ARRAY(plan->arena, plan->place_count, struct append_item);
    struct change *changes =
        ARENA_ARRAY(plan->arena, plan->place_count + plan->addition_count, struct change);
    const struct outgoing_order *orders = make_orders(plan);
    if (!items || !changes || !orders)
        return -ERR_NO_MEMORY;
    size_t count = 0;
    for (const struct place *place = plan->first; place; place = place->next, count++)
        make_change(place, &items[count], &changes[count]);
    for (const struct addition *addition = plan->additions; addition; addition = addition->next)
        changes[count++] = addition->change;
    const struct delivery_batch batch = {.changes = changes,
                                         .change_count = count,
                                         .duplicate_window = plan->delivery->duplicate_window,
                                         .user_id = plan->owner.user_id,
                                         .mailbox_id = plan->owner.mailbox_id,
                                         .identifiers = plan->identifiers,
                                         .identifier_count = plan->identifier_count,
                                         .orders = orders,
                                         .order_count = plan->parcel_count,
                                         .claim = plan->claim};
    int err = writer_deliver(plan->mail, &batch);
    if (!err && plan->parcel_count)
        outgoing_announce(plan->mail);
    return err;
}

int delivery_plan_carry_out(struct delivery_plan *plan)
{
    if (plan->place_count + plan->identifier_count + plan->parcel_count + plan->addition_count == 0)
        return 0;
    if (is_plain(plan))
        return append(plan->mail, plan->first);
    int err = store_letters(plan);
    return err ? err : carry_out_together(plan);
}
