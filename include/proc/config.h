/*
 * The configuration: one file in libconfig's syntax, one row a key
 * (server/proc/config_table.c) that drives the parser, --print-config and
 * docs/configuration.md. No libconfig type leaves the module.
 */
#ifndef POSTROOM_PROC_CONFIG_H
#define POSTROOM_PROC_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"

struct config_list {
    const char **items;
    size_t count;
};

/* One member a key, named like it with "_" for "."; sizes in octets, times
 * as the key's name says (seconds without a suffix). Strings are the arena's;
 * an empty string means not set. */
struct config {
    struct arena arena;
    const char *file; /* where it came from */

    int64_t workers;
    const char *user;
    const char *pid_file;
    int64_t shutdown_timeout;

    struct config_list listen_imap;
    struct config_list listen_imaps;
    struct config_list listen_lmtp;
    struct config_list listen_managesieve;
    struct config_list listen_managesieves;
    struct config_list plaintext_networks;
    struct config_list login_domains;

    const char *log_file;
    const char *log_level;

    const char *database_conninfo;
    int64_t database_connections;
    int64_t database_wait_ms;
    int64_t database_statement_timeout_ms;

    const char *tls_certificate;
    const char *tls_key;
    const char *tls_minimum_protocol;
    const char *tls_ciphers;
    const char *tls_client_certificate;
    const char *tls_client_ca;
    struct config_list tls_client_names;

    struct config_list oauth_keys;
    const char *oauth_jwks;
    const char *oauth_issuer;
    struct config_list oauth_audience;
    const char *oauth_user_claim;
    int64_t oauth_leeway;
    const char *oauth_discovery;

    int64_t limits_connections_per_user;
    int64_t limits_connections_per_address;
    int64_t limits_message_size;
    int64_t limits_content_cache;
    int64_t limits_line_length;
    int64_t limits_literal_size;
    int64_t limits_command_size;
    int64_t limits_list_items;
    int64_t limits_mime_depth;
    int64_t limits_mime_parts;
    int64_t limits_mime_header_size;
    int64_t limits_mailboxes_per_user;
    int64_t limits_annotation_size;
    int64_t limits_annotations;
    int64_t limits_failed_logins;
    int64_t limits_bad_commands;
    int64_t limits_notifications;

    int64_t timeouts_login;
    int64_t timeouts_inactivity;
    int64_t timeouts_literal;
    int64_t timeouts_output;
    int64_t timeouts_idle_keepalive;
    int64_t timeouts_progress;
    int64_t timeouts_failed_login_ms;
    int64_t timeouts_failed_login_max_ms;

    int64_t retention_expunged_days;
    int64_t retention_journal_days;
    bool retention_recently_deleted;

    int64_t quota_user_storage;
    int64_t quota_user_messages;
    int64_t quota_user_mailboxes;

    bool search_index;
    int64_t imap_message_limit;
    int64_t imap_save_limit;

    const char *lmtp_hostname;
    const char *lmtp_delimiter;
    bool lmtp_trust_senders;
    bool lmtp_over_quota_is_final;
    int64_t lmtp_duplicate_window;
    int64_t lmtp_recipients;
    int64_t lmtp_received;
    int64_t lmtp_command_timeout;
    int64_t lmtp_data_timeout;

    const char *sieve_url;
    int64_t sieve_script_size;
    int64_t sieve_scripts;

    const char *submission_url;
    const char *submission_tls;
    const char *submission_ca_file;
    const char *submission_user;
    const char *submission_password_file;
    int64_t submission_timeout;
    int64_t submission_retry;
    int64_t submission_lifetime;
};

/* Reads a file; what it does not set has its default. -ERR_SYNTAX,
 * -ERR_INVALID with "file:line: …" for syntax errors, unknown keys, wrong
 * types, numbers out of range; -ERR_IO. Use config_free() in any case. */
int config_load(const char *file, struct config *out) MUST_CHECK;
void config_free(struct config *config);

/* The file to use when none is named: $POSTROOM_CONFIG, the one quickstart made
 * ($POSTROOM_DIR/postroom.conf, var/postroom.conf beside the build folder of
 * the running program), /etc/postroom/postroom.conf. -ERR_NOT_FOUND lists
 * where it looked. */
int config_find(struct arena *arena, const char **file_out) MUST_CHECK;

/* A complete, commented file with the values in force. */
void config_print(const struct config *config, FILE *out);
/* The reference for docs/configuration.md: every key, type, default, whether
 * a reload applies it. */
void config_print_reference(FILE *out);

#endif
