/*
 * The rows of the command table, one file a family.
 */
#ifndef POSTROOM_IMAP_COMMANDS_COMMANDS_H
#define POSTROOM_IMAP_COMMANDS_COMMANDS_H

#include "../command.h"

/* commands/general.c */
extern const struct imap_command command_capability;
extern const struct imap_command command_noop;
extern const struct imap_command command_logout;
extern const struct imap_command command_id;
extern const struct imap_command command_check;
/* commands/login.c */
extern const struct imap_command command_starttls;
extern const struct imap_command command_login;
extern const struct imap_command command_authenticate;
extern const struct imap_command command_unauthenticate;
extern const struct imap_command command_compress;
/* commands/enable.c */
extern const struct imap_command command_enable;
/* commands/select.c */
extern const struct imap_command command_select;
extern const struct imap_command command_examine;
extern const struct imap_command command_close;
extern const struct imap_command command_unselect;
/* commands/mailbox.c */
extern const struct imap_command command_create;
extern const struct imap_command command_delete;
extern const struct imap_command command_rename;
extern const struct imap_command command_subscribe;
extern const struct imap_command command_unsubscribe;
/* commands/list.c */
extern const struct imap_command command_list;
extern const struct imap_command command_lsub;
extern const struct imap_command command_namespace;
/* commands/status.c */
extern const struct imap_command command_status;
/* commands/append.c */
extern const struct imap_command command_append;
/* commands/idle.c */
extern const struct imap_command command_idle;
/* commands/notify.c */
extern const struct imap_command command_notify;
/* commands/acl.c */
extern const struct imap_command command_setacl;
extern const struct imap_command command_deleteacl;
extern const struct imap_command command_getacl;
extern const struct imap_command command_listrights;
extern const struct imap_command command_myrights;
/* commands/quota.c */
extern const struct imap_command command_getquota;
extern const struct imap_command command_getquotaroot;
extern const struct imap_command command_setquota;

/* commands/metadata.c */
extern const struct imap_command command_getmetadata;
extern const struct imap_command command_setmetadata;
/* commands/expunge.c */
extern const struct imap_command command_expunge;
/* commands/search.c */
extern const struct imap_command command_search;
/* commands/filter.c */
extern const struct imap_command command_filter;
/* commands/sort.c */
extern const struct imap_command command_sort;
/* commands/thread.c */
extern const struct imap_command command_thread;
/* commands/fetch.c */
extern const struct imap_command command_fetch;
/* commands/store.c */
extern const struct imap_command command_store;
/* commands/replace.c */
extern const struct imap_command command_replace;
/* commands/copy.c */
extern const struct imap_command command_copy;
extern const struct imap_command command_move;

#endif
