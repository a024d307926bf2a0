/*
 * The certificate that a client has shown: whether it is believed, and who it is. Private to net.
 */
#ifndef POSTROOM_NET_TLS_CLIENT_H
#define POSTROOM_NET_TLS_CLIENT_H

#include <stdbool.h>

#include "base/arena.h"
#include "filter.h"
#include "net/tls.h"

/* See stream.h. */
bool tls_client_is_verified(const struct filter *tls, struct tls_context *today);
int tls_client_name(const struct filter *tls, struct tls_context *today, enum tls_client_name which,
                    struct arena *arena, struct slice *out) MUST_CHECK;

#endif
