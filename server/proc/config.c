#include "proc/config.h"

#include <errno.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_table.h"

/* Reading one file. */
struct config_reading {
    const char *file;
    struct config *config;
};

static int config_error(const struct config_reading *reading, const config_setting_t *setting,
                        const char *format, ...) PRINTF_LIKE(3, 4);

static int config_error(const struct config_reading *reading, const config_setting_t *setting,
                        const char *format, ...)
{
    char text[ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fail(ERR_INVALID, "%s:%d: %s", reading->file, config_setting_source_line(setting), text);
}

static void *config_member(struct config *config, const struct config_row *row)
{
    return (char *)config + row->offset;
}

static int config_set_text(struct config *config, const struct config_row *row, const char *text)
{
    const char *copy = arena_cstr(&config->arena, slice_cstr(text));
    if (!copy)
        return -ERR_NO_MEMORY;
    *(const char **)config_member(config, row) = copy;
    return 0;
}

static int config_add_item(struct config *config, struct config_list *list, const char *text,
                           size_t most)
{
    if (!list->items) {
        list->items = ARENA_ARRAY(&config->arena, most, const char *);
        if (!list->items)
            return -ERR_NO_MEMORY;
    }
    const char *copy = arena_cstr(&config->arena, slice_cstr(text));
    if (!copy)
        return -ERR_NO_MEMORY;
    list->items[list->count++] = copy;
    return 0;
}

static int config_set_list_default(struct config *config, const struct config_row *row)
{
    struct config_list *list = config_member(config, row);
    char *words = arena_cstr(&config->arena, slice_cstr(row->default_text));
    if (!words)
        return -ERR_NO_MEMORY;
    size_t most = strlen(words) / 2 + 1;
    char *state;
    for (char *word = strtok_r(words, " ", &state); word; word = strtok_r(NULL, " ", &state)) {
        int err = config_add_item(config, list, word, most);
        if (err)
            return err;
    }
    return 0;
}

static int config_set_defaults(struct config *config)
{
    int err = 0;
    for (size_t i = 0; !err && i < config_row_count; i++) {
        const struct config_row *row = &config_rows[i];
        if (row->type == CONFIG_NUMBER)
            *(int64_t *)config_member(config, row) = strtoll(row->default_text, NULL, 10);
        else if (row->type == CONFIG_SWITCH)
            *(bool *)config_member(config, row) = strcmp(row->default_text, "true") == 0;
        else if (row->type == CONFIG_TEXT)
            err = config_set_text(config, row, row->default_text);
        else
            err = config_set_list_default(config, row);
    }
    return err;
}

static int config_read_number(const struct config_reading *reading, const struct config_row *row,
                              const config_setting_t *setting)
{
    int type = config_setting_type(setting);
    if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
        return config_error(reading, setting, "%s must be a number", row->key);
    int64_t value = config_setting_get_int64(setting);
    if (type == CONFIG_TYPE_INT)
        value = config_setting_get_int(setting);
    if (value < row->minimum || value > row->maximum)
        return config_error(reading, setting, "%s must be from %lld to %lld", row->key,
                            (long long)row->minimum, (long long)row->maximum);
    *(int64_t *)config_member(reading->config, row) = value;
    return 0;
}

static int config_read_switch(const struct config_reading *reading, const struct config_row *row,
                              const config_setting_t *setting)
{
    if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
        return config_error(reading, setting, "%s must be true or false", row->key);
    *(bool *)config_member(reading->config, row) = config_setting_get_bool(setting) != 0;
    return 0;
}

static int config_read_list(const struct config_reading *reading, const struct config_row *row,
                            const config_setting_t *setting)
{
    if (!config_setting_is_array(setting) && !config_setting_is_list(setting))
        return config_error(reading, setting, "%s must be a list of texts", row->key);
    struct config_list list = {0};
    int count = config_setting_length(setting);
    for (int i = 0; i < count; i++) {
        const char *text = config_setting_get_string_elem(setting, i);
        if (!text)
            return config_error(reading, setting, "%s must have texts only", row->key);
        int err = config_add_item(reading->config, &list, text, (size_t)count);
        if (err)
            return err;
    }
    *(struct config_list *)config_member(reading->config, row) = list;
    return 0;
}

static int config_read_value(const struct config_reading *reading, const struct config_row *row,
                             const config_setting_t *setting)
{
    if (row->type == CONFIG_NUMBER)
        return config_read_number(reading, row, setting);
    if (row->type == CONFIG_SWITCH)
        return config_read_switch(reading, row, setting);
    if (row->type == CONFIG_LIST)
        return config_read_list(reading, row, setting);
    if (config_setting_type(setting) != CONFIG_TYPE_STRING)
        return config_error(reading, setting, "%s must be a text", row->key);
    return config_set_text(reading->config, row, config_setting_get_string(setting));
}

static bool config_is_group_of_ours(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < config_row_count; i++)
        if (strncmp(config_rows[i].key, name, len) == 0 && config_rows[i].key[len] == '.')
            return true;
    return false;
}

static int config_read_group(const struct config_reading *reading, const char *prefix,
                             const config_setting_t *group)
{
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
        const char *name = config_setting_name(setting);
        char key[200];
        snprintf(key, sizeof key, "%s%s%s", prefix, *prefix ? "." : "", name);
        const struct config_row *row = config_row_find(key);
        int err;
        if (row)
            err = config_read_value(reading, row, setting);
        else if (!*prefix && config_setting_is_group(setting) && config_is_group_of_ours(name))
            err = config_read_group(reading, name, setting);
        else
            err = config_error(reading, setting, "unknown key %s", key);
        if (err)
            return err;
    }
    return 0;
}

static bool config_is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

static int config_check_words(const struct config *config)
{
    static const char *const levels[] = {"debug", "info", "warning", "error", NULL};
    static const char *const protocols[] = {"TLSv1.2", "TLSv1.3", NULL};
    if (!config_is_one_of(config->log_level, levels))
        return fail(ERR_INVALID, "%s: log.level must be debug, info, warning or error",
                    config->file);
    if (!config_is_one_of(config->tls_minimum_protocol, protocols))
        return fail(ERR_INVALID, "%s: tls.minimum_protocol must be TLSv1.2 or TLSv1.3",
                    config->file);
    if (!*config->tls_certificate != !*config->tls_key)
        return fail(ERR_INVALID, "%s: tls.certificate and tls.key go together", config->file);
    if (config->listen_imaps.count && !*config->tls_certificate)
        return fail(ERR_INVALID, "%s: listen.imaps needs tls.certificate", config->file);
    return 0;
}

static int config_parse(const char *file, struct config *config)
{
    config_t parsed;
    config_init(&parsed);
    FILE *stream = fopen(file, "re");
    int err = stream ? 0 : fail_errno(ERR_IO, "%s", file);
    if (!err && config_read(&parsed, stream) != CONFIG_TRUE)
        err = fail(ERR_SYNTAX, "%s:%d: %s", file, config_error_line(&parsed),
                   config_error_text(&parsed));
    struct config_reading reading = {file, config};
    if (!err)
        err = config_read_group(&reading, "", config_root_setting(&parsed));
    if (!err)
        err = config_check_words(config);
    if (stream)
        fclose(stream);
    config_destroy(&parsed);
    return err;
}

int config_load(const char *file, struct config *out)
{
    memset(out, 0, sizeof *out);
    arena_init(&out->arena, 0);
    int err = config_set_defaults(out);
    if (!err) {
        out->file = arena_cstr(&out->arena, slice_cstr(file));
        err = out->file ? config_parse(file, out) : -ERR_NO_MEMORY;
    }
    return err;
}

void config_free(struct config *config)
{
    arena_clear(&config->arena);
}

/* "<folder of the program's folder>/var/postroom.conf": build/postroomctl
 * finds what quickstart made beside build/. */
static const char *config_beside_program(struct arena *arena)
{
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len <= 0)
        return NULL;
    path[len] = 0;
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(path, '/');
        if (!slash)
            return NULL;
        *slash = 0;
    }
    return arena_printf(arena, "%s/var/postroom.conf", path);
}

int config_find(struct arena *arena, const char **file_out)
{
    const char *named = getenv("POSTROOM_CONFIG");
    const char *dir = getenv("POSTROOM_DIR");
    const char *places[] = {
        named && *named ? named : NULL,
        dir && *dir ? arena_printf(arena, "%s/postroom.conf", dir) : NULL,
        config_beside_program(arena),
        "/etc/postroom/postroom.conf",
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (places[i] && access(places[i], R_OK) == 0) {
            *file_out = places[i];
            return 0;
        }
    }
    return fail(ERR_NOT_FOUND,
                "no configuration found: name one with -c, or set POSTROOM_CONFIG or POSTROOM_DIR");
}
