#include <string.h>

#include "config_table.h"

static void print_text(const char *text, FILE *out)
{
    putc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putc('\\', out);
        putc(*text, out);
    }
    putc('"', out);
}

static void print_value(const struct config *config, const struct config_row *row, FILE *out)
{
    const void *member = (const char *)config + row->offset;
    if (row->type == CONFIG_NUMBER) {
        long long value = *(const int64_t *)member;
        fprintf(out, value > 2147483647 ? "%lldL" : "%lld", value);
    } else if (row->type == CONFIG_SWITCH) {
        fputs(*(const bool *)member ? "true" : "false", out);
    } else if (row->type == CONFIG_TEXT) {
        print_text(*(const char *const *)member, out);
    } else {
        const struct config_list *list = member;
        fputs("[", out);
        for (size_t i = 0; i < list->count; i++) {
            fputs(i ? ", " : "", out);
            print_text(list->items[i], out);
        }
        fputs("]", out);
    }
}

/* The group's name without the dot, "" at the top. */
static size_t group_length(const char *key)
{
    const char *dot = strchr(key, '.');
    return dot ? (size_t)(dot - key) : 0;
}

static void print_comment(const char *indent, const struct config_row *row, FILE *out)
{
    fprintf(out, "%s# %s\n", indent, row->help);
    fprintf(out, "%s# Default: %s. %s\n", indent, *row->default_text ? row->default_text : "empty",
            row->reloadable ? "A reload applies it." : "Needs a restart.");
}

void config_print(const struct config *config, FILE *out)
{
    fputs("# Configuration of Postroom, in libconfig's syntax.\n", out);
    const char *group = "";
    size_t group_len = 0;
    for (size_t i = 0; i < config_row_count; i++) {
        const struct config_row *row = &config_rows[i];
        size_t len = group_length(row->key);
        if (len != group_len || strncmp(group, row->key, len) != 0) {
            if (group_len)
                fputs("};\n", out);
            if (len)
                fprintf(out, "\n%.*s: {", (int)len, row->key);
            group = row->key;
            group_len = len;
        }
        const char *indent = len ? "    " : "";
        fputs("\n", out);
        print_comment(indent, row, out);
        fprintf(out, "%s%s = ", indent, row->key + (len ? len + 1 : 0));
        print_value(config, row, out);
        fputs(";\n", out);
    }
    if (group_len)
        fputs("};\n", out);
}

void config_print_reference(FILE *out)
{
    static const char *const types[] = {[CONFIG_NUMBER] = "number",
                                        [CONFIG_SWITCH] = "true or false",
                                        [CONFIG_TEXT] = "text",
                                        [CONFIG_LIST] = "list of texts"};
    fputs("| key | type | default | reload | meaning |\n|---|---|---|---|---|\n", out);
    for (size_t i = 0; i < config_row_count; i++) {
        const struct config_row *row = &config_rows[i];
        fprintf(out, "| `%s` | %s", row->key, types[row->type]);
        if (row->type == CONFIG_NUMBER)
            fprintf(out, ", %lld to %lld", (long long)row->minimum, (long long)row->maximum);
        fprintf(out, " | %s%s%s | %s | %s |\n", *row->default_text ? "`" : "",
                *row->default_text ? row->default_text : "empty", *row->default_text ? "`" : "",
                row->reloadable ? "yes" : "restart", row->help);
    }
}
