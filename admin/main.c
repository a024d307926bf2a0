/*
 * postroomctl NOUN VERB …: finds the verb, opens the engine, runs it.
 */
#include <getopt.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin.h"
#include "fiber/loop.h"
#include "store/schema.h"

static const struct admin_verb *const main_nouns[] = {
    user_verbs,        group_verbs,      mailbox_verbs, acl_verbs,      acl_command_verbs,
    acl_explain_verbs, acl_export_verbs, address_verbs, import_verbs,   queue_verbs,
    quota_verbs,       metadata_verbs,   history_verbs, undelete_verbs, sieve_verbs,
    search_verbs,      schema_verbs,
};
enum { MAIN_NOUNS = sizeof main_nouns / sizeof main_nouns[0] };

static void main_print_verb(const struct admin_verb *verb, FILE *out)
{
    fprintf(out, "%s%s%s %s", verb->noun, *verb->verb ? " " : "", verb->verb, verb->usage);
    options_print_usage(verb->options, out);
    fputc('\n', out);
}

static void main_print_help(FILE *out)
{
    fputs("postroomctl: looks after a Postroom server\n\n"
          "  postroomctl [-c FILE] [--json] NOUN VERB …\n\n",
          out);
    for (size_t i = 0; i < MAIN_NOUNS; i++)
        for (const struct admin_verb *verb = main_nouns[i]; verb->noun; verb++) {
            fputs("  ", out);
            main_print_verb(verb, out);
            fprintf(out, "        %s\n", verb->help);
        }
    fputs("\nA shared mailbox is Shared/NAME, a personal one USER:MAILBOX. Rights are the letters\n"
          "lrswipkxtea of RFC 4314; +w and -w change them. Passwords come from a prompt or from\n"
          "standard input. Exit codes: 0 done, 1 refused, 2 wrong usage.\n",
          out);
}

static const struct admin_verb *main_find_verb(const char *noun, const char *verb, int *used)
{
    for (size_t i = 0; i < MAIN_NOUNS; i++) {
        for (const struct admin_verb *row = main_nouns[i]; row->noun; row++) {
            if (strcmp(row->noun, noun) != 0)
                continue;
            *used = *row->verb ? 2 : 1;
            if (!*row->verb || (verb && strcmp(row->verb, verb) == 0))
                return row;
        }
    }
    return NULL;
}

struct main_job {
    struct admin admin;
    const struct admin_verb *verb;
    int exit_code;
};

/* The first connection takes its time even where a server would not wait. */
static uint32_t main_database_wait_ms(const struct config *config)
{
    enum { LEAST_MS = 5000 };
    return config->database_wait_ms > LEAST_MS ? (uint32_t)config->database_wait_ms : LEAST_MS;
}

static int main_open_engine(struct admin *admin)
{
    struct database_settings database = {
        .conninfo = admin->config.database_conninfo,
        .connections = 2,
        .wait_ms = main_database_wait_ms(&admin->config),
        .statement_timeout_ms = (uint32_t)admin->config.database_statement_timeout_ms,
    };
    return database_open(&database, &admin->database);
}

static int main_open_mail(struct admin *admin)
{
    struct mail_settings settings = {
        .mime = {.depth = (uint32_t)admin->config.limits_mime_depth,
                 .parts = (uint32_t)admin->config.limits_mime_parts,
                 .header_size = (uint32_t)admin->config.limits_mime_header_size},
        .message_max = (uint64_t)admin->config.limits_message_size,
        .mailboxes_per_user = (uint32_t)admin->config.limits_mailboxes_per_user,
        .script_size = (uint32_t)admin->config.sieve_script_size,
        .scripts = (uint32_t)admin->config.sieve_scripts,
        .sends_mail = *admin->config.submission_url,
        .annotation_size = (uint32_t)admin->config.limits_annotation_size,
        .annotations = (uint32_t)admin->config.limits_annotations,
        .user_quota = {{[QUOTA_STORAGE] = (uint64_t)admin->config.quota_user_storage,
                        [QUOTA_MESSAGES] = (uint64_t)admin->config.quota_user_messages,
                        [QUOTA_MAILBOXES] = (uint64_t)admin->config.quota_user_mailboxes}},
        .retention_days = (uint32_t)admin->config.retention_expunged_days,
        .journal_days = (uint32_t)admin->config.retention_journal_days,
        .recently_deleted = admin->config.retention_recently_deleted,
        .listen = false,
    };
    int err = database_wait(admin->database);
    if (!err)
        err = schema_check(admin->database);
    return err ? err : mail_open(admin->database, &settings, &admin->mail);
}

static void main_run(void *arg)
{
    struct main_job *job = arg;
    struct admin *admin = &job->admin;
    int err = main_open_engine(admin);
    if (!err && !(job->verb->traits & VERB_WITHOUT_ENGINE))
        err = main_open_mail(admin);
    if (!err)
        err = job->verb->run(admin);
    if (err)
        output_failure(admin->output, err);
    else
        output_print(admin->output);
    job->exit_code = err ? ADMIN_REFUSED : ADMIN_DONE;
    mail_close(&admin->mail);
    database_close(&admin->database);
}

/* For the journal: who has called the program, on this host. */
static struct slice main_client(struct admin *admin)
{
    const char *name = geteuid() == 0 ? getenv("SUDO_USER") : NULL;
    const struct passwd *user = name ? NULL : getpwuid(geteuid());
    if (user)
        name = user->pw_name;
    const char *client = name ? arena_printf(&admin->arena, "local:%s", name) : NULL;
    return client ? slice_cstr(client) : SLICE("local");
}

static int main_run_verb(struct main_job *job, const char *file, bool json)
{
    struct admin *admin = &job->admin;
    arena_init(&admin->arena, 0);
    admin->actor = (struct actor){.login = SLICE("postroomctl"), .client = main_client(admin)};
    int err = output_new(json, &admin->output);
    if (!err && !file)
        err = config_find(&admin->arena, &file);
    if (!err)
        err = config_load(file, &admin->config);
    if (!err)
        err = loop_run_main(main_run, job);
    if (err) {
        output_failure(admin->output, err);
        job->exit_code = ADMIN_REFUSED;
    }
    config_free(&admin->config);
    output_free(&admin->output);
    arena_clear(&admin->arena);
    return job->exit_code;
}

static int main_usage(const struct admin_verb *verb)
{
    fputs("usage: postroomctl ", stderr);
    main_print_verb(verb, stderr);
    return ADMIN_USAGE;
}

/* No such verb: those there are, when at least the noun is known. */
static int main_usage_of_noun(const char *noun)
{
    bool known = false;
    for (size_t i = 0; i < MAIN_NOUNS; i++)
        for (const struct admin_verb *row = main_nouns[i]; row->noun; row++)
            if (strcmp(row->noun, noun) == 0) {
                main_usage(row);
                known = true;
            }
    if (!known)
        fputs("postroomctl: no such command; see postroomctl --help\n", stderr);
    return ADMIN_USAGE;
}

struct main_options {
    const char *file;
    bool json;
    bool help;
};

/* Those of every verb; --json may stand anywhere. */
static int main_read_options(int argc, char **argv, struct main_options *out)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int code;
    while ((code = getopt_long(argc, argv, "+c:h", options, NULL)) != -1) {
        if (code == 'c')
            out->file = optarg;
        else if (code == 'j')
            out->json = true;
        else if (code == 'h')
            out->help = true;
        else
            return ADMIN_USAGE;
    }
    return ADMIN_DONE;
}

/* Takes --json out of the words; returns how many are left. */
static int main_take_json(int argc, char **argv, bool *json)
{
    int words = 0;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            *json = true;
        else
            argv[words++] = argv[i];
    }
    return words;
}

int main(int argc, char **argv)
{
    struct main_options options = {0};
    int code = main_read_options(argc, argv, &options);
    if (code)
        return code;
    char **words = argv + optind;
    int count = main_take_json(argc - optind, words, &options.json);
    if (options.help || count == 0) {
        main_print_help(options.help ? stdout : stderr);
        return options.help ? ADMIN_DONE : ADMIN_USAGE;
    }
    signal(SIGPIPE, SIG_IGN);
    int used = 0;
    struct main_job job = {0};
    job.verb = main_find_verb(words[0], count > 1 ? words[1] : NULL, &used);
    if (!job.verb)
        return main_usage_of_noun(words[0]);
    job.admin.argv = words + used;
    job.admin.argc =
        options_take(job.verb->options, count - used, job.admin.argv, &job.admin.options);
    if (job.admin.argc < job.verb->least ||
        (job.verb->most >= 0 && job.admin.argc > job.verb->most))
        return main_usage(job.verb);
    return main_run_verb(&job, options.file, options.json);
}
