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
#include "submission/sender.h"

void settings_database(const struct config *config, struct database_settings *out);
/* user_changed and arg are left to the caller. */
void settings_mail(const struct config *config, bool listen, struct mail_settings *out);
/* tls, plaintext_networks, identities and throttle are left to the caller, who owns them. */
void settings_imap(const struct config *config, unsigned worker, struct imap_settings *out);
/* tls is left to the caller. The host's name is asked for once. */
void settings_lmtp(const struct config *config, unsigned worker, struct lmtp_settings *out);
/* As settings_imap. */
void settings_managesieve(const struct config *config, unsigned worker,
                          struct managesieve_settings *out);
/* -ERR_TLS; *out is NULL when no certificate is configured. users: of services where users log
 * in, with or without certificates of their own. */
int settings_tls(const struct config *config, bool users, struct tls_context **out) MUST_CHECK;
/* tls: where users log in, or NULL. */
int settings_identities(const struct config *config, struct tls_context *tls,
                        struct identity_rules **out) MUST_CHECK;
int settings_networks(const struct config *config, struct network_list **out) MUST_CHECK;
/* -ERR_INVALID: submission.url or submission.tls says nothing that is known. */
int settings_submission(const struct config *config, struct submission_settings *out) MUST_CHECK;
/* Reads all files that the configuration names, as the workers will. */
int settings_check(const struct config *config) MUST_CHECK;
int settings_open_log(const struct config *config) MUST_CHECK;

#endif
