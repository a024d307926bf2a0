/*
 * The LMTP service of one worker (RFC 2033): its settings and all its sessions. proc hands
 * over accepted connections; everything else happens in the sessions' fibers.
 */
#ifndef POSTROOM_LMTP_SERVER_H
#define POSTROOM_LMTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "mail/mail.h"
#include "net/tls.h"
#include "session/roster.h"

/* Times in seconds, sizes in octets; docs/configuration.md has the defaults. */
struct lmtp_settings {
    struct tls_context *tls; /* NULL: no STARTTLS */
    const char *hostname;    /* as the server calls itself */
    char delimiter;          /* before a folder in an address; 0: none */
    bool trusts_senders;     /* the MTA lets only its owner use a sender address */
    bool over_quota_is_final;
    uint32_t duplicate_window; /* 0: off */
    uint32_t recipients_max;   /* of one message */
    uint32_t received_max;     /* Received fields, then it is a loop */
    uint32_t command_timeout;
    uint32_t data_timeout; /* without an octet of the message */
    uint32_t output_timeout;
    uint32_t bad_commands_max; /* in a row, then 421 */
    unsigned worker;           /* number of this worker, part of session ids */
};

struct lmtp_server;
/* settings are copied; what they point to must live until the next reload or free. */
int lmtp_server_new(struct mail *mail, const struct lmtp_settings *settings,
                    const struct roster_hooks *hooks, struct lmtp_server **out) MUST_CHECK;
void lmtp_server_free(struct lmtp_server **server);
void lmtp_server_reload(struct lmtp_server *server, const struct lmtp_settings *settings);

/* Takes over fd and serves it in a fiber of its own. */
void lmtp_server_accept(struct lmtp_server *server, int fd, const char *remote);
/* Says 421 with this text, and closes; there need not be a service yet. Takes over fd. */
void lmtp_refuse(int fd, const char *reason);

size_t lmtp_server_sessions(const struct lmtp_server *server);
/* Says 421 to everybody after the command they are in; parks until all have gone or
 * timeout_ms is over, then ends the rest hard. */
void lmtp_server_stop(struct lmtp_server *server, uint32_t timeout_ms);

#endif
