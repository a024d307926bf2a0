#include "mail/filter.h"

#include "base/text.h"
#include "engine.h"
#include "filter_program.h"
#include "store/sieve_rows.h"

static struct sieve_owner row_owner(const struct filter_owner *owner)
{
    return (struct sieve_owner){owner->user_id, owner->mailbox_id, owner->actor_id};
}

int filter_owner_find(struct mail *mail, const struct actor *actor, struct slice mailbox,
                      struct arena *arena, struct filter_owner *out)
{
    if (mailbox.len == 0) {
        *out = (struct filter_owner){.user_id = actor->user_id, .actor_id = actor->user_id};
        return actor->user_id ? 0 : fail(ERR_NOT_FOUND, "The administrator has no scripts");
    }
    const struct grant *grant;
    int err = acl_check(mail, actor, mailbox, RIGHT_ADMINISTER, arena, &grant);
    if (err)
        return err;
    if (grant_owner_id(grant) || grant_mailbox_id(grant) < 0)
        return fail(ERR_DENIED, "Only users and shared mailboxes have scripts");
    *out = (struct filter_owner){.mailbox_id = grant_mailbox_id(grant), .actor_id = actor->user_id};
    return 0;
}

/* Names (RFC 5804 section 1.6) ----------------------------------------------------------------- */

static bool is_forbidden(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

static bool is_name(struct slice name)
{
    if (name.len == 0 || name.len > FILTER_NAME_MAX)
        return false;
    for (size_t at = 0; at < name.len;)
        if (is_forbidden(text_next(name, &at)))
            return false;
    return true;
}

/* As it is stored. */
static int prepare_name(struct slice name, struct arena *arena, struct slice *out)
{
    struct buffer normal;
    buffer_init(&normal, 0);
    int err = text_normalise(name, &normal);
    if (err == -ERR_CHARSET || (!err && !is_name(buffer_slice(&normal))))
        err = fail(ERR_INVALID, "A script can't have this name");
    struct slice copy = err ? SLICE_EMPTY : arena_copy(arena, buffer_slice(&normal));
    buffer_clear(&normal);
    if (err)
        return err;
    if (!copy.data)
        return -ERR_NO_MEMORY;
    *out = copy;
    return 0;
}

/* Looking -------------------------------------------------------------------------------------- */

int filter_list(struct mail *mail, const struct filter_owner *owner, struct arena *arena,
                struct filter_script **out, size_t *count_out)
{
    const struct sieve_owner rows_owner = row_owner(owner);
    struct sieve_row *rows;
    size_t count;
    int err = sieve_rows_list(mail->database, &rows_owner, arena, &rows, &count);
    if (err)
        return err;
    struct filter_script *scripts = ARENA_ARRAY(arena, count, struct filter_script);
    if (!scripts)
        return -ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        scripts[i] = (struct filter_script){.name = rows[i].name,
                                            .size = rows[i].size,
                                            .active = rows[i].active,
                                            .changed = rows[i].changed_at};
    *out = scripts;
    *count_out = count;
    return 0;
}

/* No script has a name that none can have. */
static int prepare_known_name(struct slice name, struct arena *arena, struct slice *out)
{
    int err = prepare_name(name, arena, out);
    return err == -ERR_INVALID ? fail(ERR_NOT_FOUND, "There is no such script") : err;
}

int filter_get(struct mail *mail, const struct filter_owner *owner, struct slice name,
               struct arena *arena, struct slice *text_out)
{
    const struct sieve_owner rows_owner = row_owner(owner);
    struct slice prepared;
    int err = prepare_known_name(name, arena, &prepared);
    return err ? err : sieve_rows_get(mail->database, &rows_owner, prepared, arena, text_out);
}

static int check_size(const struct mail *mail, uint64_t size)
{
    return size <= mail->settings.script_size
               ? 0
               : fail(ERR_TOO_BIG, "A script may have %u octets", mail->settings.script_size);
}

static int check_space(struct mail *mail, const struct filter_owner *owner, struct slice name,
                       uint64_t size, struct arena *arena)
{
    const struct sieve_owner rows_owner = row_owner(owner);
    struct slice prepared;
    uint64_t others;
    int err = check_size(mail, size);
    if (!err)
        err = prepare_name(name, arena, &prepared);
    if (!err)
        err = sieve_rows_count_others(mail->database, &rows_owner, prepared, &others);
    if (!err && others >= mail->settings.scripts)
        err = fail(ERR_LIMIT, "There are %u scripts already", mail->settings.scripts);
    return err;
}

int filter_have_space(struct mail *mail, const struct filter_owner *owner, struct slice name,
                      uint64_t size)
{
    struct arena arena;
    arena_init(&arena, 0);
    int err = check_space(mail, owner, name, size, &arena);
    arena_clear(&arena);
    return err;
}

/* Changing ------------------------------------------------------------------------------------- */

static int compile(struct mail *mail, const struct filter_owner *owner, enum filter_use use,
                   struct slice text, struct sieve_program **out, struct sieve_problem *problem_out)
{
    int err = check_size(mail, text.len);
    return err ? err : filter_compile(mail, owner, use, text, out, problem_out);
}

static int check_use(struct mail *mail, const struct filter_owner *owner, enum filter_use use,
                     struct slice text, struct sieve_problem *problem_out)
{
    struct sieve_program *program;
    int err = compile(mail, owner, use, text, &program, problem_out);
    if (!err)
        sieve_program_free(&program);
    return err;
}

int filter_check(struct mail *mail, const struct filter_owner *owner, struct slice text,
                 struct sieve_problem *problem_out)
{
    return check_use(mail, owner, FILTER_FOR_STORAGE, text, problem_out);
}

int filter_rehearse(struct mail *mail, const struct filter_owner *owner, struct slice text,
                    struct sieve_program **out, struct sieve_problem *problem_out)
{
    return compile(mail, owner, FILTER_FOR_STORAGE, text, out, problem_out);
}

static int put(struct mail *mail, const struct filter_owner *owner, struct slice name,
               struct slice text, struct arena *arena)
{
    const struct sieve_owner rows_owner = row_owner(owner);
    struct slice prepared;
    int err = prepare_name(name, arena, &prepared);
    return err ? err
               : sieve_rows_put(mail->database, &rows_owner, prepared, text,
                                mail->settings.scripts);
}

int filter_put(struct mail *mail, const struct filter_owner *owner, struct slice name,
               struct slice text, struct sieve_problem *problem_out)
{
    int err = filter_check(mail, owner, text, problem_out);
    if (err)
        return err;
    struct arena arena;
    arena_init(&arena, 0);
    err = put(mail, owner, name, text, &arena);
    arena_clear(&arena);
    return err;
}

static int check_stored(struct mail *mail, const struct filter_owner *owner, struct slice name,
                        struct arena *arena)
{
    const struct sieve_owner rows_owner = row_owner(owner);
    struct slice text;
    struct sieve_problem problem;
    int err = sieve_rows_get(mail->database, &rows_owner, name, arena, &text);
    return err ? err : check_use(mail, owner, FILTER_FOR_MAIL, text, &problem);
}

static int activate(struct mail *mail, const struct filter_owner *owner, struct slice name,
                    struct arena *arena)
{
    const struct sieve_owner rows_owner = row_owner(owner);
    struct slice prepared = SLICE_EMPTY;
    int err = name.len ? prepare_known_name(name, arena, &prepared) : 0;
    if (!err && prepared.len)
        err = check_stored(mail, owner, prepared, arena);
    return err ? err : sieve_rows_activate(mail->database, &rows_owner, prepared);
}

int filter_activate(struct mail *mail, const struct filter_owner *owner, struct slice name)
{
    struct arena arena;
    arena_init(&arena, 0);
    int err = activate(mail, owner, name, &arena);
    arena_clear(&arena);
    return err;
}

static int rename_script(struct mail *mail, const struct filter_owner *owner, struct slice from,
                         struct slice to, struct arena *arena)
{
    const struct sieve_owner rows_owner = row_owner(owner);
    struct slice old_name, new_name;
    int err = prepare_known_name(from, arena, &old_name);
    if (!err)
        err = prepare_name(to, arena, &new_name);
    return err ? err : sieve_rows_rename(mail->database, &rows_owner, old_name, new_name);
}

int filter_rename(struct mail *mail, const struct filter_owner *owner, struct slice from,
                  struct slice to)
{
    struct arena arena;
    arena_init(&arena, 0);
    int err = rename_script(mail, owner, from, to, &arena);
    arena_clear(&arena);
    return err;
}

static int delete_script(struct mail *mail, const struct filter_owner *owner, struct slice name,
                         struct arena *arena)
{
    const struct sieve_owner rows_owner = row_owner(owner);
    struct slice prepared;
    int err = prepare_known_name(name, arena, &prepared);
    return err ? err : sieve_rows_delete(mail->database, &rows_owner, prepared);
}

int filter_delete(struct mail *mail, const struct filter_owner *owner, struct slice name)
{
    struct arena arena;
    arena_init(&arena, 0);
    int err = delete_script(mail, owner, name, &arena);
    arena_clear(&arena);
    return err;
}
