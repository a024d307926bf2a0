/*
 * Inside the mail layer: finding the account that is to be changed.
 */
#ifndef POSTROOM_MAIL_ACCOUNT_CHANGE_H
#define POSTROOM_MAIL_ACCOUNT_CHANGE_H

#include "mail/mail.h"
#include "store/users.h"

/* -ERR_NOT_FOUND with a text that names the user. */
int account_get(struct mail *mail, struct arena *arena, struct slice login,
                struct user_row *out) MUST_CHECK;

#endif
