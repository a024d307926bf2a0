#include "engine.h"
#include "mail/writer.h"
#include "store/mailboxes.h"
#include "view_state.h"

/* The bits of the names that the table knows; *all_out: it knows all. */
static flag_mask find_bits(const struct keyword_table *table, const struct flag_names *names,
                           bool *all_out)
{
    flag_mask bits = names->system;
    bool all = true;
    for (size_t i = 0; i < names->keyword_count; i++) {
        flag_mask bit = keyword_find(table, names->keywords[i]);
        bits |= bit;
        all = all && bit;
    }
    *all_out = all;
    return bits;
}

static void teach_view(struct mail *mail, int64_t mailbox_id, const struct keyword_table *table)
{
    struct view *view = views_find(mail, mailbox_id);
    if (view)
        (void)!view_learn_keywords(view, table); /* else it reads the table when it sees a bit */
}

static int load_or_add(struct mail *mail, const struct grant *grant, const struct flag_names *names,
                       struct arena *arena, struct keyword_table *table)
{
    int64_t mailbox_id = grant_mailbox_id(grant);
    bool all;
    int err = keywords_load(mail->database, arena, mailbox_id, table);
    if (err)
        return err;
    (void)find_bits(table, names, &all);
    if (all || !grant_has(grant, RIGHT_WRITE))
        return 0;
    return keywords_add(mail->database, arena, mailbox_id, names->keywords, names->keyword_count,
                        table);
}

int writer_resolve_flags(struct mail *mail, const struct grant *grant,
                         const struct flag_names *names, flag_mask *out)
{
    if (names->keyword_count == 0) {
        *out = names->system;
        return 0;
    }
    bool all;
    const struct view *view = views_find(mail, grant_mailbox_id(grant));
    if (view) {
        flag_mask bits = find_bits(&view->keywords, names, &all);
        if (all) {
            *out = bits;
            return 0;
        }
    }
    struct arena arena;
    arena_init(&arena, 0);
    struct keyword_table table;
    int err = load_or_add(mail, grant, names, &arena, &table);
    if (!err) {
        *out = find_bits(&table, names, &all);
        teach_view(mail, grant_mailbox_id(grant), &table);
    }
    arena_clear(&arena);
    return err;
}
