#include "options.h"

#include <string.h>

static const struct admin_option *find_known(const struct admin_option *known, const char *word,
                                             size_t length)
{
    for (; known && known->name; known++)
        if (strlen(known->name) == length && memcmp(known->name, word, length) == 0)
            return known;
    return NULL;
}

static int complain(const char *what, const char *word)
{
    fprintf(stderr, "postroomctl: %s: %s\n", what, word);
    return -1;
}

/* One "--name", "--name=value" or "--name value". How many words it took, or -1. */
static int take_one(const struct admin_option *known, int argc, char **argv, struct options *out)
{
    const char *name = argv[0] + 2;
    size_t length = strcspn(name, "=");
    const struct admin_option *option = find_known(known, name, length);
    if (!option)
        return complain("no such option here", argv[0]);
    if (out->count == OPTIONS_MAX)
        return complain("too many options", argv[0]);
    struct given_option *given = &out->given[out->count];
    bool joined = name[length] == '=';
    if (!option->value && joined)
        return complain("the option has no value", argv[0]);
    if (option->value && !joined && argc < 2)
        return complain("the option needs a value", argv[0]);
    given->name = option->name;
    given->value = joined ? name + length + 1 : option->value ? argv[1] : "";
    out->count++;
    return option->value && !joined ? 2 : 1;
}

int options_take(const struct admin_option *known, int argc, char **argv, struct options *out)
{
    int arguments = 0;
    bool ended = false;
    out->count = 0;
    for (int i = 0; i < argc;) {
        if (!ended && strcmp(argv[i], "--") == 0) {
            ended = true;
            i++;
        } else if (!ended && strncmp(argv[i], "--", 2) == 0) {
            int taken = take_one(known, argc - i, argv + i, out);
            if (taken < 0)
                return -1;
            i += taken;
        } else {
            argv[arguments++] = argv[i++];
        }
    }
    return arguments;
}

const char *options_find(const struct options *options, const char *name)
{
    for (int i = options->count - 1; i >= 0; i--)
        if (strcmp(options->given[i].name, name) == 0)
            return options->given[i].value;
    return NULL;
}

void options_print_usage(const struct admin_option *known, FILE *out)
{
    for (; known && known->name; known++)
        fprintf(out, " [--%s%s%s]", known->name, known->value ? " " : "",
                known->value ? known->value : "");
}
