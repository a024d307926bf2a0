/* COPY (RFC 3501 section 6.4.7), MOVE (RFC 6851), COPYUID (RFC 4315). */
#include "commands.h"
#include "on_messages.h"

#include "../events.h"
#include "../message_limit.h"
#include "../notify.h"
#include "../reply.h"
#include "../selected.h"
#include "fiber/fiber.h"
#include "mail/recently_deleted.h"
#include "mail/undelete.h"
#include "mail/writer.h"

struct copy_args {
    struct sequence_set sequence;
    struct slice mailbox;
};

static int parse_copy(struct lexer *lexer, void *out)
{
    struct copy_args *args = out;
    int err = lexer_space(lexer);
    if (!err)
        err = lexer_sequence_set(lexer, &args->sequence);
    if (!err)
        err = lexer_space(lexer);
    if (!err)
        err = lexer_mailbox(lexer, &args->mailbox);
    return err ? err : lexer_end(lexer);
}

static void rights_copy_to(const struct copy_args *args, struct rights_wanted *wanted)
{
    *wanted = (struct rights_wanted){.subject = RIGHTS_OF_MAILBOX,
                                     .name = args->mailbox,
                                     .all = RIGHT_INSERT,
                                     .try_create = true,
                                     .rechecked = true};
}

static void rights_copy(const void *args, bool uid, struct rights_wanted *wanted)
{
    (void)uid;
    wanted[0] = (struct rights_wanted){.subject = RIGHTS_OF_SELECTED, .all = RIGHT_READ};
    rights_copy_to(args, &wanted[1]);
}

static void rights_move(const void *args, bool uid, struct rights_wanted *wanted)
{
    (void)uid;
    wanted[0] = (struct rights_wanted){
        .subject = RIGHTS_OF_SELECTED,
        .all = RIGHT_READ | RIGHT_DELETE_MESSAGES | RIGHT_EXPUNGE,
    };
    rights_copy_to(args, &wanted[1]);
}

/* Which bit of the source is which of the destination. */
struct flag_map {
    flag_mask to[FLAG_KEYWORD_COUNT];
};

static int copy_map_flags(struct session *session, struct command *command, flag_mask used,
                          struct flag_map *map)
{
    struct keyword_table keywords;
    int err = selected_copy_keywords(session, command->arena, &keywords);
    for (size_t i = 0; !err && i < FLAG_KEYWORD_COUNT; i++) {
        flag_mask bit = (flag_mask)1 << (FLAG_KEYWORD_FIRST + i);
        if (!(used & bit) || !keywords.names[i].data)
            continue;
        struct flag_names name = {.keywords = &keywords.names[i], .keyword_count = 1};
        err = writer_resolve_flags(session->mail, command->grants[1], &name, &map->to[i]);
    }
    return err;
}

static flag_mask copy_flags(flag_mask flags, const struct flag_map *map)
{
    flag_mask mapped = flags & FLAGS_SYSTEM;
    for (flag_mask left = flags & ~FLAGS_SYSTEM & FLAGS_ALL; left; left &= left - 1)
        mapped |= map->to[__builtin_ctzll(left) - FLAG_KEYWORD_FIRST];
    return mapped;
}

/* A copy has the flags that a message has now, which others may have changed
 * since the client was told. One that is expunged has those it had. */
static flag_mask copy_current_flags(const struct picture *current, const struct entry *known)
{
    struct entry entry;
    return picture_find(current, known->uid, &entry) ? entry.flags : known->flags;
}

/* items for each of uids, with the flags in the source's bits; used_out: all of these. */
static void copy_fill_items(const struct picture *known, const struct picture *current,
                            const struct uidset *uids, struct append_item *items,
                            flag_mask *used_out)
{
    size_t n = 0;
    for (size_t i = 0; i < uids->count; i++) {
        uint64_t uid = uids->ranges[i].first;
        for (; uid <= uids->ranges[i].last; uid++) {
            struct entry entry = {0};
            picture_find(known, (uint32_t)uid, &entry);
            items[n] = (struct append_item){.message_id = entry.message_id,
                                            .size = entry.size,
                                            .flags = copy_current_flags(current, &entry),
                                            .internal_date = entry.internal_date};
            *used_out |= items[n++].flags;
            fiber_breathe();
        }
    }
}

/* The messages as the destination will have them, in ascending order of UID.
 * *expected_out: what the writer has to compare the mailbox's modseq with, since nobody else has;
 * 0: nothing. */
static int copy_items(struct session *session, struct command *command, const struct uidset *uids,
                      struct append_item **items_out, uint64_t *expected_out)
{
    size_t count = (size_t)uidset_size(uids);
    struct append_item *items = ARENA_ARRAY(command->arena, count, struct append_item);
    if (!items)
        return -ERR_NO_MEMORY;
    struct picture *current;
    int err = selected_current(session, &current);
    if (err)
        return err;
    flag_mask used = 0;
    copy_fill_items(session->selected->picture, current, uids, items, &used);
    *expected_out = command->refreshed ? 0 : picture_modseq(current);
    picture_unref(&current);
    struct flag_map map = {{0}};
    err = copy_map_flags(session, command, used, &map);
    for (size_t i = 0; !err && i < count; i++)
        items[i].flags = copy_flags(items[i].flags, &map);
    *items_out = items;
    return err;
}

/* "COPYUID … SHOULD NOT be issued if the client does not have access to SELECT or EXAMINE the
 * mailbox" (RFC 4315 section 5). */
static bool copy_may_tell_uids(const struct command *command)
{
    return grant_has(command->grants[1], RIGHT_READ);
}

static void copy_render_code(const struct uidset *from, const struct append_outcome *outcome,
                             struct buffer *out)
{
    buffer_printf(out, "[COPYUID %u ", outcome->uidvalidity);
    uidset_render(from, out);
    buffer_add_char(out, ' ');
    uidset_render(&outcome->uids, out);
    buffer_add_char(out, ']');
}

static int copy_run(struct session *session, struct command *command, const struct uidset *uids)
{
    uint32_t limit = message_limit_of_saving(session);
    if (limit && uidset_size(uids) > limit)
        return message_limit_refuse(command, limit, uids);
    struct append_item *items;
    uint64_t expected;
    int err = copy_items(session, command, uids, &items, &expected);
    struct append_outcome outcome = {0};
    progress_begin(session, command, 0);
    if (!err)
        err = writer_copy(session->mail, command->grants[0], uids, expected, command->grants[1],
                          items, &outcome);
    progress_end(command);
    if (err)
        return err;
    command->met_mailbox = true;
    notify_own_messages(session, grant_mailbox_id(command->grants[1]), &outcome.uids);
    events_saved(session, command, command->grants[1], FILTER_COPIED, &outcome.uids);
    if (copy_may_tell_uids(command))
        copy_render_code(uids, &outcome, &command->code);
    uidset_clear(&outcome.uids);
    return buffer_check(&command->code);
}

/* Out of Recently Deleted they are given back; where they came from as they were for
 * everybody. */
static int move_messages(struct session *session, const struct command *command,
                         const struct uidset *uids, uint64_t expected,
                         const struct append_item *items, struct uidset *moved,
                         struct append_outcome *outcome)
{
    const struct grant *from = command->grants[0], *to = command->grants[1];
    if (!grant_is_recently_deleted(from))
        return writer_move(session->mail, from, uids, expected, to, items, moved, outcome);
    bool home = grant_is_recently_deleted_of(from, to);
    return undelete_restore(session->mail, from, uids, to, home ? NULL : items, moved, outcome);
}

/* In an untagged OK, before the EXPUNGEs (RFC 6851 section 4.3). */
static int move_tell(struct session *session, const struct uidset *moved,
                     const struct append_outcome *outcome)
{
    struct buffer line;
    buffer_init(&line, 0);
    buffer_add_cstr(&line, "* OK ");
    copy_render_code(moved, outcome, &line);
    buffer_add_cstr(&line, " Moved\r\n");
    int err = reply_buffer(session, &line);
    buffer_clear(&line);
    return err;
}

static int move_run(struct session *session, struct command *command, const struct uidset *uids)
{
    struct append_item *items;
    uint64_t expected;
    int err = copy_items(session, command, uids, &items, &expected);
    struct uidset moved;
    uidset_init(&moved);
    struct append_outcome outcome = {0};
    progress_begin(session, command, 0);
    if (!err)
        err = move_messages(session, command, uids, expected, items, &moved, &outcome);
    progress_end(command);
    command->met_mailbox = !err;
    command->tells_modseq = !err && !uidset_is_empty(&moved);
    if (command->tells_modseq) {
        events_saved(session, command, command->grants[1], FILTER_COPIED, &outcome.uids);
        notify_own_messages(session, grant_mailbox_id(command->grants[1]), &outcome.uids);
        if (copy_may_tell_uids(command))
            err = move_tell(session, &moved, &outcome);
    }
    uidset_clear(&moved);
    uidset_clear(&outcome.uids);
    return err;
}

static bool copy_needs_no_pulse(const struct session *session, const void *in)
{
    const struct copy_args *args = in;
    return on_one_message(&args->sequence) && !grant_is_recently_deleted(selected_grant(session));
}

static int run_copy(struct session *session, struct command *command)
{
    const struct copy_args *args = command->args;
    return on_messages(session, command, &args->sequence, copy_run);
}

const struct imap_command command_copy = {
    .name = "COPY",
    .rfc = "RFC 3501 section 6.4.7",
    .states = STATE_SELECTED,
    .traits = TRAIT_UID,
    .args_size = sizeof(struct copy_args),
    .parse = parse_copy,
    .rights = rights_copy,
    .needs_no_pulse = copy_needs_no_pulse,
    .run = run_copy,
};

static int run_move(struct session *session, struct command *command)
{
    const struct copy_args *args = command->args;
    return on_last_messages(session, command, &args->sequence, move_run);
}

const struct imap_command command_move = {
    .name = "MOVE",
    .rfc = "RFC 6851",
    .capability = "MOVE",
    .states = STATE_SELECTED,
    .traits = TRAIT_UID | TRAIT_WRITES | TRAIT_GIVES_BACK,
    .args_size = sizeof(struct copy_args),
    .parse = parse_copy,
    .rights = rights_move,
    .needs_no_pulse = copy_needs_no_pulse,
    .run = run_move,
};
