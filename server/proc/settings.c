#include "settings.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "net/listener.h"
#include "net/tls.h"

void settings_database(const struct config *config, struct database_settings *out)
{
    *out = (struct database_settings){
        .conninfo = config->database_conninfo,
        .connections = (uint32_t)config->database_connections,
        .wait_ms = (uint32_t)config->database_wait_ms,
        .statement_timeout_ms = (uint32_t)config->database_statement_timeout_ms,
    };
}

void settings_mail(const struct config *config, bool listen, struct mail_settings *out)
{
    *out = (struct mail_settings){
        .mime = {.depth = (uint32_t)config->limits_mime_depth,
                 .parts = (uint32_t)config->limits_mime_parts,
                 .header_size = (uint32_t)config->limits_mime_header_size},
        .message_max = (uint64_t)config->limits_message_size,
        .content_cache = (uint64_t)config->limits_content_cache,
        .mailboxes_per_user = (uint32_t)config->limits_mailboxes_per_user,
        .annotation_size = (uint32_t)config->limits_annotation_size,
        .annotations = (uint32_t)config->limits_annotations,
        .user_quota = {{[QUOTA_STORAGE] = (uint64_t)config->quota_user_storage,
                        [QUOTA_MESSAGES] = (uint64_t)config->quota_user_messages,
                        [QUOTA_MAILBOXES] = (uint64_t)config->quota_user_mailboxes}},
        .retention_days = (uint32_t)config->retention_expunged_days,
        .journal_days = (uint32_t)config->retention_journal_days,
        .script_size = (uint32_t)config->sieve_script_size,
        .scripts = (uint32_t)config->sieve_scripts,
        .sends_mail = *config->submission_url,
        .outgoing_lease = 2 * (uint32_t)config->submission_timeout,
        .outgoing_retry = (uint32_t)config->submission_retry,
        .outgoing_lifetime = (uint32_t)config->submission_lifetime,
        .recently_deleted = config->retention_recently_deleted,
        .search_index = config->search_index,
        .listen = listen,
    };
}

static const char *own_hostname(void)
{
    static char name[256];
    if (!*name && gethostname(name, sizeof name - 1))
        snprintf(name, sizeof name, "localhost");
    return name;
}

static const char *hostname_of(const struct config *config)
{
    return *config->lmtp_hostname ? config->lmtp_hostname : own_hostname();
}

/* Where ManageSieve is, as its URLs say (RFC 5804 section 3); NULL: it is nowhere. */
static const char *sieve_url(const struct config *config)
{
    static char url[300];
    const struct config_list *listeners = &config->listen_managesieve;
    if (*config->sieve_url)
        return config->sieve_url;
    for (size_t i = 0; i < listeners->count; i++) {
        const char *port = strrchr(listeners->items[i], ':');
        if (!port || strncmp(listeners->items[i], "unix:", 5) == 0)
            continue;
        bool is_usual = strcmp(port, ":4190") == 0;
        snprintf(url, sizeof url, "sieve://%s%s", hostname_of(config), is_usual ? "" : port);
        return url;
    }
    return NULL;
}

void settings_imap(const struct config *config, unsigned worker, struct imap_settings *out)
{
    *out = (struct imap_settings){
        .sieve_url = sieve_url(config),
        .line_max = (uint32_t)config->limits_line_length,
        .literal_max = (uint32_t)config->limits_literal_size,
        .command_max = (uint32_t)config->limits_command_size,
        .list_items_max = (uint32_t)config->limits_list_items,
        .message_limit = (uint32_t)config->imap_message_limit,
        .save_limit = (uint32_t)config->imap_save_limit,
        .login_timeout = (uint32_t)config->timeouts_login,
        .inactivity_timeout = (uint32_t)config->timeouts_inactivity,
        .literal_timeout = (uint32_t)config->timeouts_literal,
        .output_timeout = (uint32_t)config->timeouts_output,
        .idle_keepalive = (uint32_t)config->timeouts_idle_keepalive,
        .progress_interval = (uint32_t)config->timeouts_progress,
        .failed_login_delay_ms = (uint32_t)config->timeouts_failed_login_ms,
        .failed_login_delay_max_ms = (uint32_t)config->timeouts_failed_login_max_ms,
        .failed_logins_max = (uint32_t)config->limits_failed_logins,
        .bad_commands_max = (uint32_t)config->limits_bad_commands,
        .notifications_max = (uint32_t)config->limits_notifications,
        .worker = worker,
    };
}

void settings_lmtp(const struct config *config, unsigned worker, struct lmtp_settings *out)
{
    *out = (struct lmtp_settings){
        .hostname = hostname_of(config),
        .delimiter = *config->lmtp_delimiter,
        .trusts_senders = config->lmtp_trust_senders,
        .over_quota_is_final = config->lmtp_over_quota_is_final,
        .duplicate_window = (uint32_t)config->lmtp_duplicate_window,
        .recipients_max = (uint32_t)config->lmtp_recipients,
        .received_max = (uint32_t)config->lmtp_received,
        .command_timeout = (uint32_t)config->lmtp_command_timeout,
        .data_timeout = (uint32_t)config->lmtp_data_timeout,
        .output_timeout = (uint32_t)config->timeouts_output,
        .bad_commands_max = (uint32_t)config->limits_bad_commands,
        .worker = worker,
    };
}

void settings_managesieve(const struct config *config, unsigned worker,
                          struct managesieve_settings *out)
{
    *out = (struct managesieve_settings){
        .login_timeout = (uint32_t)config->timeouts_login,
        .inactivity_timeout = (uint32_t)config->timeouts_inactivity,
        .literal_timeout = (uint32_t)config->timeouts_literal,
        .output_timeout = (uint32_t)config->timeouts_output,
        .failed_login_delay_ms = (uint32_t)config->timeouts_failed_login_ms,
        .failed_login_delay_max_ms = (uint32_t)config->timeouts_failed_login_max_ms,
        .failed_logins_max = (uint32_t)config->limits_failed_logins,
        .bad_commands_max = (uint32_t)config->limits_bad_commands,
        .worker = worker,
    };
}

enum client_certificate { CLIENT_OFF, CLIENT_OPTIONAL, CLIENT_REQUIRED };

static int client_certificate(const struct config *config, enum client_certificate *out)
{
    static const char *const texts[] = {
        [CLIENT_OFF] = "off", [CLIENT_OPTIONAL] = "optional", [CLIENT_REQUIRED] = "required"};
    for (int i = CLIENT_OFF; i <= CLIENT_REQUIRED; i++) {
        if (strcmp(config->tls_client_certificate, texts[i]) != 0)
            continue;
        if (i != CLIENT_OFF && !*config->tls_client_ca)
            return fail(ERR_INVALID, "tls.client_certificate needs tls.client_ca");
        *out = (enum client_certificate)i;
        return 0;
    }
    return fail(ERR_INVALID, "tls.client_certificate is neither off, optional nor required");
}

int settings_tls(const struct config *config, bool users, struct tls_context **out)
{
    if (!*config->tls_certificate) {
        *out = NULL;
        return 0;
    }
    enum client_certificate client = CLIENT_OFF;
    int err = users ? client_certificate(config, &client) : 0;
    if (err)
        return err;
    struct tls_settings settings = {
        .certificate_file = config->tls_certificate,
        .key_file = config->tls_key,
        .minimum_protocol = config->tls_minimum_protocol,
        .ciphers = *config->tls_ciphers ? config->tls_ciphers : NULL,
        .client_ca_file = client != CLIENT_OFF ? config->tls_client_ca : NULL,
        .client_required = client == CLIENT_REQUIRED,
    };
    return tls_context_new(&settings, out);
}

int settings_identities(const struct config *config, struct tls_context *tls,
                        struct identity_rules **out)
{
    const struct token_settings tokens = {
        .keys = config->oauth_keys.items,
        .key_count = config->oauth_keys.count,
        .jwks = config->oauth_jwks,
        .issuer = config->oauth_issuer,
        .audiences = config->oauth_audience.items,
        .audience_count = config->oauth_audience.count,
        .user_claim = config->oauth_user_claim,
        .leeway = (uint32_t)config->oauth_leeway,
    };
    const struct identity_settings settings = {
        .tokens = tokens.key_count > 0 || *tokens.jwks ? &tokens : NULL,
        .token_discovery = config->oauth_discovery,
        .tls = tls,
        .certificate_names = config->tls_client_names.items,
        .certificate_name_count = config->tls_client_names.count,
        .domains = config->login_domains.items,
        .domain_count = config->login_domains.count,
    };
    return identity_rules_new(&settings, out);
}

int settings_networks(const struct config *config, struct network_list **out)
{
    return network_list_parse(config->plaintext_networks.items, config->plaintext_networks.count,
                              out);
}

static int check_submission_url(const char *url)
{
    static const char *const schemes[] = {"smtp://", "smtps://", "unix:/"};
    bool known = !*url;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        known |= slice_starts_with(slice_cstr(url), slice_cstr(schemes[i]));
    return known ? 0
                 : fail(ERR_INVALID,
                        "submission.url is \"%s\", not smtp://, smtps:// or unix:/PATH", url);
}

int settings_submission(const struct config *config, struct submission_settings *out)
{
    static const char *const policies[] = {[SUBMISSION_TLS_NEVER] = "never",
                                           [SUBMISSION_TLS_IF_OFFERED] = "offered",
                                           [SUBMISSION_TLS_VERIFIED] = "verified"};
    size_t tls = 0;
    while (tls < sizeof policies / sizeof policies[0] &&
           strcmp(config->submission_tls, policies[tls]) != 0)
        tls++;
    if (tls == sizeof policies / sizeof policies[0])
        return fail(ERR_INVALID, "submission.tls is \"%s\", not never, offered or verified",
                    config->submission_tls);
    int err = check_submission_url(config->submission_url);
    if (err)
        return err;
    *out = (struct submission_settings){
        .url = config->submission_url,
        .hostname = hostname_of(config),
        .tls = (enum submission_tls)tls,
        .ca_file = config->submission_ca_file,
        .user = config->submission_user,
        .password_file = config->submission_password_file,
        .timeout = (uint32_t)config->submission_timeout,
    };
    return 0;
}

/* They are read whenever mail is sent: what is wrong with them then is told much later. */
static int check_submission_files(const struct config *config)
{
    const struct {
        const char *key, *file;
    } files[] = {{"submission.ca_file", config->submission_ca_file},
                 {"submission.password_file", config->submission_password_file}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (*files[i].file && access(files[i].file, R_OK))
            return fail_errno(ERR_IO, "%s \"%s\"", files[i].key, files[i].file);
    return 0;
}

int settings_check(const struct config *config)
{
    struct tls_context *tls = NULL;
    struct network_list *networks = NULL;
    struct identity_rules *identities = NULL;
    struct submission_settings submission;
    int err = settings_tls(config, true, &tls);
    if (!err)
        err = settings_networks(config, &networks);
    if (!err)
        err = settings_identities(config, tls, &identities);
    if (!err)
        err = settings_submission(config, &submission);
    if (!err)
        err = check_submission_files(config);
    tls_context_unref(&tls);
    network_list_free(&networks);
    identity_rules_unref(&identities);
    return err;
}

int settings_open_log(const struct config *config)
{
    static const char *const levels[] = {[LOG_DEBUG] = "debug",
                                         [LOG_INFO] = "info",
                                         [LOG_WARNING] = "warning",
                                         [LOG_ERROR] = "error"};
    enum log_level level = LOG_INFO;
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strcmp(config->log_level, levels[i]) == 0)
            level = (enum log_level)i;
    return log_open(*config->log_file ? config->log_file : NULL, level);
}
