/*
 * From the configuration to the settings of the layers below.
 */
#ifndef POSTROOM_PROC_SETTINGS_H
#define POSTROOM_PROC_SETTINGS_H

#include "imap/server.h"
#include "lmtp/server.h"
#include "mail/mail.h"
#include "managesieve/server.h"
#include "proc/config.h"
#include "store/database.h"

void settings_database(const struct config *config, struct database_settings *out);
/* user_changed and arg are left to the caller. */
void settings_mail(const struct config *config, bool listen, struct mail_settings *out);
/* tls and plaintext_networks are left to the caller, who owns them. */
void settings_imap(const struct config *config, unsigned worker, struct imap_settings *out);
/* tls is left to the caller. The host's name is asked for once. */
void settings_lmtp(const struct config *config, unsigned worker, struct lmtp_settings *out);
/* tls, plaintext_networks and throttle are left to the caller, who owns them. */
void settings_managesieve(const struct config *config, unsigned worker,
                          struct managesieve_settings *out);
/* -ERR_TLS; *out is NULL when no certificate is configured. */
int settings_tls(const struct config *config, struct tls_context **out) MUST_CHECK;
int settings_networks(const struct config *config, struct network_list **out) MUST_CHECK;
int settings_open_log(const struct config *config) MUST_CHECK;

#endif
