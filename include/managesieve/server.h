/*
 * The ManageSieve service of one worker (RFC 5804): its settings and all its sessions. proc
 * hands over accepted connections; everything else happens in the sessions' fibers.
 */
#ifndef POSTROOM_MANAGESIEVE_SERVER_H
#define POSTROOM_MANAGESIEVE_SERVER_H

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

/* Times in seconds; docs/configuration.md has the defaults. */
struct managesieve_settings {
    struct tls_context *tls;                       /* NULL: no TLS on offer */
    const struct network_list *plaintext_networks; /* passwords without TLS from here */
    struct identity_rules *identities;             /* behind tokens and certificates */
    struct throttle *throttle;   /* failed logins; of all workers, whatever is reloaded */
    uint32_t login_timeout;      /* until logged in */
    uint32_t inactivity_timeout; /* RFC 5804 section 1.2: at least 1800 */
    uint32_t literal_timeout;    /* without an octet inside a literal */
    uint32_t output_timeout;     /* a reader that takes nothing */
    uint32_t failed_login_delay_ms;
    uint32_t failed_login_delay_max_ms;
    uint32_t failed_logins_max; /* per connection, then BYE */
    uint32_t bad_commands_max;  /* in a row, then BYE */
    unsigned worker;            /* number of this worker, part of session ids */
};

struct managesieve_server;
/* settings are copied; what they point to must live until the next reload or free. */
int managesieve_server_new(struct mail *mail, const struct managesieve_settings *settings,
                           const struct roster_hooks *hooks,
                           struct managesieve_server **out) MUST_CHECK;
void managesieve_server_free(struct managesieve_server **server);
void managesieve_server_reload(struct managesieve_server *server,
                               const struct managesieve_settings *settings);

/* Takes over fd and serves it in a fiber of its own. */
void managesieve_server_accept(struct managesieve_server *server, int fd, const char *remote,
                               bool implicit_tls);
/* Says BYE with this text, and closes; there need not be a service yet. Takes over fd. */
void managesieve_refuse(int fd, bool implicit_tls, const char *reason);
/* From mail_settings.user_changed: sessions of this user (0: of every user) look again
 * whether they may stay. */
void managesieve_server_user_changed(struct managesieve_server *server, int64_t user_id);

size_t managesieve_server_sessions(const struct managesieve_server *server);
/* Says BYE to everybody after the command they are in; parks until all have gone or
 * timeout_ms is over, then ends the rest hard. */
void managesieve_server_stop(struct managesieve_server *server, uint32_t timeout_ms);

#endif
