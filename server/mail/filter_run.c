#include "mail/filter_run.h"

#include <stdlib.h>

#include "engine.h"
#include "filter_existing.h"
#include "filter_program.h"
#include "store/sieve_rows.h"

struct filter_run {
    struct filter_existing filter;
    struct sieve_program *program;
};

static int find_owner(const struct grant *grant, struct filter_owner *out)
{
    int64_t user_id = grant_actor(grant)->user_id, owner_id = grant_owner_id(grant);
    if (owner_id && owner_id != user_id)
        return fail(ERR_DENIED, "What files mail here is its owner's");
    *out = owner_id ? (struct filter_owner){.user_id = user_id}
                    : (struct filter_owner){.mailbox_id = grant_mailbox_id(grant)};
    return 0;
}

static int load_active(struct mail *mail, const struct filter_owner *owner, struct arena *arena,
                       struct slice *out)
{
    const struct sieve_owner rows_owner = {owner->user_id, owner->mailbox_id, 0};
    struct sieve_active_row row;
    int err = sieve_rows_active(mail->database, &rows_owner, arena, &row);
    if (!err)
        *out = row.text;
    return err == -ERR_NOT_FOUND ? fail(ERR_NOT_FOUND, "No script is active") : err;
}

static int load_text(struct mail *mail, const struct grant *grant,
                     const struct filter_choice *choice, struct arena *arena,
                     struct filter_owner *owner, struct slice *out)
{
    *owner = (struct filter_owner){.user_id = grant_actor(grant)->user_id};
    int err = 0;
    switch (choice->source) {
    case FILTER_DELIVERY:
        err = find_owner(grant, owner);
        return err ? err : load_active(mail, owner, arena, out);
    case FILTER_PERSONAL:
        return filter_get(mail, owner, choice->text, arena, out);
    case FILTER_GLOBAL:
        return fail(ERR_NOT_FOUND, "There are no global scripts");
    case FILTER_SCRIPT:
        *out = choice->text;
        return choice->text.len <= mail->settings.script_size
                   ? 0
                   : fail(ERR_TOO_BIG, "A script may have %u octets", mail->settings.script_size);
    }
    return fail(ERR_INTERNAL, "unknown source of a filter");
}

static int compile(struct mail *mail, const struct grant *grant, const struct filter_choice *choice,
                   struct filter_owner *owner_out, struct sieve_program **out,
                   struct sieve_problem *problem_out)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct slice text;
    int err = load_text(mail, grant, choice, &arena, owner_out, &text);
    if (!err)
        err = filter_compile(mail, owner_out, FILTER_FOR_MAIL, text, out, problem_out);
    arena_clear(&arena);
    return err;
}

int filter_run_begin(struct mail *mail, const struct grant *grant,
                     const struct keyword_table *keywords, const struct filter_choice *choice,
                     struct filter_run **out, struct sieve_problem *problem_out)
{
    /* Section 6.1 of the draft. */
    static const struct sieve_environment_item items[] = {
        {"location", {"MS", 2}}, {"phase", {"post", 4}}, {"name", {"Postroom", 8}}};
    struct sieve_program *program;
    struct filter_owner owner;
    int err = compile(mail, grant, choice, &owner, &program, problem_out);
    if (err)
        return err;
    struct filter_run *run = calloc(1, sizeof *run);
    if (!run) {
        sieve_program_free(&program);
        return fail(ERR_NO_MEMORY, "no memory to run a filter");
    }
    owner.actor_id = grant_actor(grant)->user_id;
    run->program = program;
    run->filter = (struct filter_existing){.mail = mail,
                                           .grant = grant,
                                           .keywords = keywords,
                                           .program = program,
                                           .owner = owner,
                                           .environment = items,
                                           .environment_count = sizeof items / sizeof items[0]};
    *out = run;
    return 0;
}

int filter_run_message(struct filter_run *run, const struct entry *message, struct arena *arena,
                       struct slice *problem_out)
{
    return filter_existing_run(&run->filter, message, arena, problem_out);
}

void filter_run_end(struct filter_run **run)
{
    if (*run)
        sieve_program_free(&(*run)->program);
    free(*run);
    *run = NULL;
}
