/*
 * postroomd: reads its options and its configuration, becomes the master.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "master.h"
#include "proc/config.h"
#include "settings.h"

enum option_code { OPTION_CHECK = 256, OPTION_PRINT, OPTION_REFERENCE, OPTION_VERSION };

static const struct option main_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"check-config", no_argument, NULL, OPTION_CHECK},
    {"print-config", no_argument, NULL, OPTION_PRINT},
    {"print-reference", no_argument, NULL, OPTION_REFERENCE},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char main_help[] =
    "postroomd: the Postroom IMAP server\n"
    "\n"
    "  -c, --config FILE    the configuration (else: see docs/configuration.md)\n"
    "      --check-config   say whether the configuration is right, and exit\n"
    "      --print-config   print it complete, with comments, and exit\n"
    "      --print-reference  print the table of all keys, and exit\n"
    "      --version\n"
    "\n"
    "It stays in the foreground. SIGHUP: read the configuration again.\n"
    "SIGTERM: say BYE to everybody and stop.\n";

struct main_choice {
    const char *file;
    int action; /* an option_code, or 0: run */
};

static int main_read_options(int argc, char **argv, struct main_choice *choice)
{
    int code;
    while ((code = getopt_long(argc, argv, "c:h", main_options, NULL)) != -1) {
        if (code == 'c')
            choice->file = optarg;
        else if (code == 'h')
            choice->action = 'h';
        else if (code >= OPTION_CHECK)
            choice->action = code;
        else
            return 2;
    }
    if (optind < argc) {
        fprintf(stderr, "postroomd: unexpected argument %s\n", argv[optind]);
        return 2;
    }
    return 0;
}

static int main_with_config(struct config *config, int action)
{
    int err = 0;
    if (action == OPTION_PRINT) {
        config_print(config, stdout);
        return 0;
    }
    if (action == OPTION_CHECK || action == 0)
        err = settings_check(config);
    if (err) {
        fprintf(stderr, "postroomd: %s\n", last_error()->text);
        return 1;
    }
    if (action == OPTION_CHECK) {
        printf("%s is right\n", config->file);
        return 0;
    }
    return master_run(config);
}

int main(int argc, char **argv)
{
    struct main_choice choice = {0};
    int code = main_read_options(argc, argv, &choice);
    if (code)
        return code;
    if (choice.action == 'h') {
        fputs(main_help, stdout);
        return 0;
    }
    if (choice.action == OPTION_VERSION) {
        puts("postroomd " POSTROOM_VERSION);
        return 0;
    }
    if (choice.action == OPTION_REFERENCE) {
        config_print_reference(stdout);
        return 0;
    }
    struct arena arena;
    arena_init(&arena, 0);
    struct config config = {0};
    int err = choice.file ? 0 : config_find(&arena, &choice.file);
    if (!err)
        err = config_load(choice.file, &config);
    if (err) {
        fprintf(stderr, "postroomd: %s\n", last_error()->text);
        code = 1;
    } else {
        code = main_with_config(&config, choice.action);
    }
    config_free(&config);
    arena_clear(&arena);
    return code;
}
