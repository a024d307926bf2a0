/*
 * The IMAP service of one worker: its settings and all its sessions. proc
 * hands over accepted connections; everything else happens in the sessions'
 * fibers.
 */
#ifndef POSTROOM_IMAP_SERVER_H
#define POSTROOM_IMAP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "mail/mail.h"
#include "net/listener.h"
#include "net/tls.h"
#include "session/identity.h"
#include "session/roster.h"
#include "session/throttle.h"

/* Times in seconds, sizes in octets; docs/configuration.md has the defaults. */
struct imap_settings {
    struct tls_context *tls; /* NULL: no TLS on offer */
    const char *sieve_url;   /* of ManageSieve (RFC 5804 section 3); NULL: there is none */
    const struct network_list *plaintext_networks; /* passwords without TLS from here */
    struct identity_rules *identities;             /* behind tokens and certificates */
    struct throttle *throttle; /* failed logins; of all workers, whatever is reloaded */
    uint32_t line_max;
    uint32_t literal_max;           /* of literals other than messages */
    uint32_t command_max;           /* a whole command with its literals */
    uint32_t list_items_max;        /* sequence sets, flag lists, header lists */
    uint32_t message_limit;         /* messages of one command; 0: none (RFC 9738) */
    uint32_t save_limit;            /* of COPY and APPEND, when there is no other */
    uint32_t login_timeout;         /* until logged in */
    uint32_t inactivity_timeout;    /* RFC 3501 section 5.4: at least 1800 */
    uint32_t literal_timeout;       /* without an octet inside a literal */
    uint32_t output_timeout;        /* a reader that takes nothing */
    uint32_t idle_keepalive;        /* "* OK Still here" in IDLE */
    uint32_t progress_interval;     /* "* OK [INPROGRESS" in long commands */
    uint32_t failed_login_delay_ms; /* first delay, doubles for the address */
    uint32_t failed_login_delay_max_ms;
    uint32_t failed_logins_max; /* per connection, then BYE */
    uint32_t bad_commands_max;  /* in a row, then BYE */
    uint32_t notifications_max; /* changes of names that wait for a client (mail/watch.h) */
    unsigned worker;            /* number of this worker, part of session ids */
};

struct imap_server;
/* settings are copied; what they point to must live until the next
 * imap_server_reload or imap_server_free. */
int imap_server_new(struct mail *mail, const struct imap_settings *settings,
                    const struct roster_hooks *hooks, struct imap_server **out) MUST_CHECK;
void imap_server_free(struct imap_server **server);
/* For sessions from now on; running ones keep TLS, take the new limits. */
void imap_server_reload(struct imap_server *server, const struct imap_settings *settings);

/* Takes over fd and serves it in a fiber of its own. remote: the peer's
 * address (net/listener.h), given back to leave_address at the end. */
void imap_server_accept(struct imap_server *server, int fd, const char *remote, bool implicit_tls);
/* Says BYE with this response code and text, and closes; there need not be a
 * service yet. Takes over fd. */
void imap_refuse(int fd, bool implicit_tls, const char *reason);
/* From mail_settings.user_changed: sessions of this user (0: of every user) look
 * again whether they may stay. */
void imap_server_user_changed(struct imap_server *server, int64_t user_id);

size_t imap_server_sessions(const struct imap_server *server);
/* Says BYE to everybody after the command they are in; parks until all have gone
 * or timeout_ms is over, then ends the rest hard. */
void imap_server_stop(struct imap_server *server, uint32_t timeout_ms);

#endif
