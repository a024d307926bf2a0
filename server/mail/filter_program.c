#include "filter_program.h"

#include <stdlib.h>

#include "acl_check.h"
#include "engine.h"
#include "store/sieve_rows.h"

enum { PROGRAMS = 256 };

struct filter_programs {
    struct filter_program *programs[PROGRAMS]; /* NULL: free */
    uint64_t uses;
};

int filter_programs_open(struct mail *mail)
{
    mail->filters = calloc(1, sizeof *mail->filters);
    return mail->filters ? 0 : fail(ERR_NO_MEMORY, "no memory for filters");
}

void filter_program_drop(struct filter_program **program)
{
    struct filter_program *old = *program;
    *program = NULL;
    if (!old || --old->users)
        return;
    sieve_program_free(&old->program);
    arena_clear(&old->arena);
    free(old);
}

void filter_programs_close(struct mail *mail)
{
    for (size_t i = 0; mail->filters && i < PROGRAMS; i++)
        filter_program_drop(&mail->filters->programs[i]);
    free(mail->filters);
    mail->filters = NULL;
}

/* Compiling ------------------------------------------------------------------------------------ */

struct library {
    struct mail *mail;
    struct sieve_owner owner;
    enum filter_use use;
};

static int load_script(void *arg, bool global, struct slice name, struct arena *arena,
                       struct slice *text_out)
{
    const struct library *library = arg;
    if (global)
        return fail(ERR_NOT_FOUND, "There are no global scripts");
    return sieve_rows_get(library->mail->database, &library->owner, name, arena, text_out);
}

/* Withheld without a mail server. */
static const char *const sending[] = {"enotify", "vacation", "vacation-seconds"};

/* RFC 6785 sections 2.1 and 3.11: one only for its events, others not for them; RFC 7352 section
 * 3.1: nor is what tells deliveries apart. */
static bool is_of_use(enum filter_use use, struct slice extension)
{
    if (slice_equal(extension, SLICE("imapsieve")))
        return use != FILTER_FOR_MAIL;
    bool is_for_deliveries = slice_equal(extension, SLICE("reject")) ||
                             slice_equal(extension, SLICE("ereject")) ||
                             slice_equal(extension, SLICE("duplicate")) ||
                             slice_starts_with(extension, SLICE("vacation"));
    return !is_for_deliveries || use != FILTER_FOR_EVENTS;
}

static bool offers(void *arg, struct slice extension)
{
    const struct library *library = arg;
    for (size_t i = 0; i < sizeof sending / sizeof sending[0]; i++)
        if (slice_equal(extension, slice_cstr(sending[i])) && !library->mail->settings.sends_mail)
            return false;
    return is_of_use(library->use, extension);
}

void filter_extensions(struct mail *mail, struct buffer *out)
{
    struct library library = {.mail = mail, .use = FILTER_FOR_STORAGE};
    struct slice rest = sieve_extensions();
    for (size_t end; rest.len; rest = slice_sub(rest, end + 1, rest.len)) {
        end = slice_find(rest, ' ');
        struct slice name = slice_sub(rest, 0, end);
        if (offers(&library, name))
            buffer_printf(out, "%s%.*s", out->len ? " " : "", SLICE_ARGS(name));
    }
}

int filter_compile(struct mail *mail, const struct filter_owner *owner, enum filter_use use,
                   struct slice text, struct sieve_program **out, struct sieve_problem *problem_out)
{
    struct library library = {mail, {owner->user_id, owner->mailbox_id, owner->actor_id}, use};
    const struct sieve_library scripts = {&library, load_script, offers};
    return sieve_compile(text, &scripts, out, problem_out);
}

/* Remembering ---------------------------------------------------------------------------------- */

static bool is_of(const struct filter_program *program, const struct filter_owner *owner)
{
    return program && program->owner.user_id == owner->user_id &&
           program->owner.mailbox_id == owner->mailbox_id;
}

static struct filter_program *recall(struct filter_programs *programs,
                                     const struct filter_owner *owner, int64_t version)
{
    for (size_t i = 0; i < PROGRAMS; i++) {
        struct filter_program *program = programs->programs[i];
        if (!is_of(program, owner) || program->version != version)
            continue;
        program->used_at = ++programs->uses;
        program->users++;
        return program;
    }
    return NULL;
}

/* That of the owner's older version, else a free place, else what was not used for longest. */
static struct filter_program **choose_place(struct filter_programs *programs,
                                            const struct filter_owner *owner)
{
    struct filter_program **best = &programs->programs[0];
    for (size_t i = 0; i < PROGRAMS; i++) {
        struct filter_program **place = &programs->programs[i];
        if (is_of(*place, owner))
            return place;
        if (*best && (!*place || (*place)->used_at < (*best)->used_at))
            best = place;
    }
    return best;
}

static void remember(struct filter_programs *programs, struct filter_program *program)
{
    struct filter_program **place = choose_place(programs, &program->owner);
    filter_program_drop(place);
    program->used_at = ++programs->uses;
    program->users++;
    *place = program;
}

/* The administrator has the id 0; who is nobody any more, the rights of anyone. */
struct actor filter_author(const struct sieve_active_row *row)
{
    bool is_known = row->administrators || row->login.len;
    return (struct actor){.user_id = is_known ? row->author_id : OWNER_NOBODY,
                          .login = row->login,
                          .client = SLICE_EMPTY};
}

static int find_author(const struct sieve_active_row *row, struct filter_program *program)
{
    program->author = filter_author(row);
    program->author.login = arena_copy(&program->arena, row->login);
    return program->author.login.data ? 0 : -ERR_NO_MEMORY;
}

static int make_program(struct mail *mail, const struct filter_owner *owner,
                        const struct sieve_active_row *row, struct filter_program **out,
                        struct sieve_problem *problem_out)
{
    struct filter_program *program = calloc(1, sizeof *program);
    if (!program)
        return fail(ERR_NO_MEMORY, "no memory for a filter");
    program->owner = *owner;
    program->users = 1;
    arena_init(&program->arena, 0);
    int err = find_author(row, program);
    if (!err)
        err =
            filter_compile(mail, owner, FILTER_FOR_MAIL, row->text, &program->program, problem_out);
    if (err)
        filter_program_drop(&program);
    else
        *out = program;
    return err;
}

static int load_program(struct mail *mail, const struct filter_owner *owner,
                        struct filter_program **out, struct sieve_problem *problem_out)
{
    const struct sieve_owner rows_owner = {owner->user_id, owner->mailbox_id, 0};
    struct sieve_active_row row;
    struct arena arena;
    arena_init(&arena, 0);
    int err = sieve_rows_active(mail->database, &rows_owner, &arena, &row);
    if (!err)
        err = make_program(mail, owner, &row, out, problem_out);
    arena_clear(&arena);
    return err;
}

int filter_program_get(struct mail *mail, const struct filter_owner *owner, int64_t version,
                       struct filter_program **out, struct sieve_problem *problem_out)
{
    *problem_out = (struct sieve_problem){.script = SLICE_EMPTY};
    struct filter_program *program = recall(mail->filters, owner, version);
    if (!program) {
        int err = load_program(mail, owner, &program, problem_out);
        if (err)
            return err;
        program->version = version;
        remember(mail->filters, program);
    }
    *out = program;
    return 0;
}
