#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_table.h"
#include "support/check.h"

/* A file with this text; the caller unlinks it. */
static void write_file(char *path, const char *text)
{
    snprintf(path, 40, "/tmp/postroom-test-XXXXXX");
    int fd = mkstemp(path);
    if (!CHECK(fd >= 0))
        return;
    CHECK_INT(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static int load(const char *text, struct config *config)
{
    char path[40];
    write_file(path, text);
    int err = config_load(path, config);
    unlink(path);
    return err;
}

static void check_refused(const char *text, enum err expected, const char *words)
{
    struct config config;
    CHECK_ERR(load(text, &config), expected);
    CHECK(strstr(last_error()->text, words) != NULL);
    config_free(&config);
}

void test_config_of_an_empty_file_is_the_defaults(void)
{
    struct config config;
    CHECK_OK(load("", &config));
    CHECK_INT(config.workers, 0);
    CHECK_STR(config.log_level, "info");
    CHECK_INT(config.plaintext_networks.count, 3);
    CHECK_STR(config.plaintext_networks.items[1], "::1/128");
    CHECK_INT(config.limits_message_size, 104857600);
    config_free(&config);
}

/* They reach the stream as milliseconds in an int. */
void test_config_keeps_every_timeout_within_an_int_of_milliseconds(void)
{
    size_t timeouts = 0;
    for (size_t i = 0; i < config_row_count; i++) {
        const struct config_row *row = &config_rows[i];
        if (strncmp(row->key, "timeouts.", 9) != 0 || strstr(row->key, "_ms"))
            continue;
        timeouts++;
        if (!CHECK(row->maximum <= INT_MAX / 1000))
            printf("%s\n", row->key);
    }
    CHECK_INT(timeouts, 6);
}

void test_config_reads_every_type(void)
{
    struct config config;
    CHECK_OK(load("workers = 3;\nlisten: { imap = [\"*:143\", \"unix:/run/imap\"]; };\n"
                  "log: { level = \"debug\"; };\nlimits: { message_size = 4000000000L; };\n",
                  &config));
    CHECK_INT(config.workers, 3);
    CHECK_INT(config.listen_imap.count, 2);
    CHECK_STR(config.listen_imap.items[1], "unix:/run/imap");
    CHECK_STR(config.log_level, "debug");
    CHECK_INT(config.limits_message_size, 4000000000);
    config_free(&config);
}

void test_config_an_empty_list_replaces_the_default(void)
{
    struct config config;
    CHECK_OK(load("plaintext_networks = [];\n", &config));
    CHECK_INT(config.plaintext_networks.count, 0);
    config_free(&config);
}

void test_config_names_line_and_key_of_a_mistake(void)
{
    check_refused("\nlog: {\n  levle = \"info\";\n};\n", ERR_INVALID, ":3: unknown key log.levle");
    check_refused("wrokers = 1;\n", ERR_INVALID, ":1: unknown key wrokers");
    check_refused("workers = \"two\";\n", ERR_INVALID, ":1: workers must be a number");
    check_refused("search: { index = 1; };\n", ERR_INVALID,
                  ":1: search.index must be true or false");
    check_refused("log: { file = 7; };\n", ERR_INVALID, "log.file must be a text");
    check_refused("plaintext_networks = \"unix\";\n", ERR_INVALID, "must be a list");
    check_refused("workers = 65;\n", ERR_INVALID, "workers must be from 0 to 64");
    check_refused("workers = ;\n", ERR_SYNTAX, ":1:");
}

void test_config_checks_words_and_pairs(void)
{
    check_refused("log: { level = \"loud\"; };\n", ERR_INVALID, "log.level");
    check_refused("tls: { minimum_protocol = \"SSLv3\"; };\n", ERR_INVALID, "minimum_protocol");
    check_refused("tls: { certificate = \"x.pem\"; };\n", ERR_INVALID, "go together");
    check_refused("listen: { imaps = [\"*:993\"]; };\n", ERR_INVALID, "needs tls.certificate");
}

void test_config_of_a_missing_file_says_so(void)
{
    struct config config;
    CHECK_ERR(config_load("/nonexistent/postroom.conf", &config), ERR_IO);
    config_free(&config);
}

void test_config_printed_is_read_back_the_same(void)
{
    struct config config, again;
    CHECK_OK(load("workers = 2;\ndatabase: { conninfo = \"host=\\\"a\\\\b\\\"\"; };\n"
                  "limits: { message_size = 4000000000L; };\n",
                  &config));
    char *text = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&text, &len);
    config_print(&config, stream);
    fclose(stream);
    CHECK_OK(load(text, &again));
    CHECK_INT(again.workers, 2);
    CHECK_STR(again.database_conninfo, config.database_conninfo);
    CHECK_INT(again.limits_message_size, 4000000000);
    CHECK_INT(again.listen_imap.count, config.listen_imap.count);
    free(text);
    config_free(&config);
    config_free(&again);
}

void test_config_table_has_each_key_and_member_once(void)
{
    for (size_t i = 0; i < config_row_count; i++)
        for (size_t j = i + 1; j < config_row_count; j++) {
            CHECK(strcmp(config_rows[i].key, config_rows[j].key) != 0);
            CHECK(config_rows[i].offset != config_rows[j].offset);
        }
}
