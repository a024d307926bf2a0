/*
 * The one read that opens every command in a selected mailbox: what has
 * happened since, to the mailbox and to the user? Because it is asked after
 * the command has arrived, whatever any session on any worker was told OK for
 * before is seen by this command.
 */
#ifndef POSTROOM_MAIL_PULSE_H
#define POSTROOM_MAIL_PULSE_H

#include <stdbool.h>
#include <stdint.h>

#include "mail/acl.h"
#include "mail/mail.h"

struct pulse {
    uint64_t modseq;        /* the mailbox's highest, now */
    uint64_t rights_modseq; /* grants older than this are stale */
    uint32_t first_recent;  /* UIDs below have been \Recent for somebody */
    bool user_disabled;
};
/* -ERR_NOT_FOUND: mailbox or user are gone. One statement for all sessions whose commands
 * came in the same turn of the loop. */
int pulse_read(struct mail *mail, const struct grant *grant, struct pulse *out) MUST_CHECK;

#endif
