/*
 * A connection as a fiber sees it: buffered input, buffered output, and a
 * chain of filters (plain, TLS, deflate) between the buffers and
 * the socket. One fiber reads a stream; the same fiber writes it.
 *
 * Input: stream_fill() parks until there is more, stream_input() shows what
 * has arrived, stream_consume() drops what was understood.
 * Output: stream_write() only gathers; stream_flush() (or more than
 * STREAM_OUTPUT_HIGH gathered octets) sends, in as few writes as possible,
 * and parks while the peer is slow. TCP_NODELAY is on.
 */
#ifndef POSTROOM_NET_STREAM_H
#define POSTROOM_NET_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"
#include "net/tls.h"

struct stream;

struct stream_limits {
    uint32_t output_timeout_ms; /* a peer that takes nothing for this long is dropped */
    size_t input_max;           /* most octets held unconsumed */
};

enum { STREAM_OUTPUT_HIGH = 64 * 1024 };

/* Takes over the connected, non-blocking socket fd (TCP or Unix). */
int stream_new(int fd, const struct stream_limits *limits, struct stream **out) MUST_CHECK;
/* Closes the socket and frees, without flushing. No fiber may be waiting in it. */
void stream_free(struct stream **stream);

/* What has arrived and was not consumed. Valid until the next stream_fill,
 * stream_consume or stream_start_tls. */
struct slice stream_input(const struct stream *stream);
void stream_consume(struct stream *stream, size_t len);
/* Parks until at least one more octet has arrived. timeout_ms < 0: forever.
 * -ERR_CLOSED at end of file or reset, -ERR_TIMEOUT, -ERR_INTERRUPTED after
 * stream_interrupt(), -ERR_CANCELLED after stream_cancel(), -ERR_TLS, -ERR_DEFLATE,
 * -ERR_LIMIT when input_max octets are held already. Flushes nothing. */
int stream_fill(struct stream *stream, int timeout_ms) MUST_CHECK;

/* Confirms what has arrived without the kernel's usual delay. For where a client
 * is likely to hold the rest back until then (Nagle), 40 ms each time. */
void stream_acknowledge(struct stream *stream);

/* Gathers; flushes by itself above STREAM_OUTPUT_HIGH. After a failure all
 * later writes fail the same way. */
int stream_write(struct stream *stream, struct slice octets) MUST_CHECK;
/* Sends everything gathered. -ERR_CLOSED, -ERR_TIMEOUT, -ERR_CANCELLED, -ERR_TLS. */
int stream_flush(struct stream *stream) MUST_CHECK;
/* Octets gathered and not yet sent. */
size_t stream_pending(const struct stream *stream);

/* From other fibers and callbacks, while the stream's own fiber waits for
 * input and has nothing else on its mind: everything was sent, there is no
 * interrupt, no cancellation and no failure to report. */
bool stream_is_quiet(const struct stream *stream);
/* Then sends without waiting. What the peer does not take at once is gathered and
 * the fiber interrupted, which is to flush it; it also finds the failure if
 * there is one. */
void stream_send_now(struct stream *stream, struct slice octets);

/* From other fibers and callbacks, while the stream's own fiber is neither in one of these
 * functions nor in the midst of something it writes: gathers, and sends of all that is gathered
 * what the peer takes at once. The rest goes with the next flush, which finds a failure, too. */
void stream_send_between(struct stream *stream, struct slice octets);

/* From other fibers and callbacks: the fiber in stream_fill (now or the next
 * time) returns -ERR_INTERRUPTED, once. Does not disturb stream_flush. */
void stream_interrupt(struct stream *stream);
/* All waiting and later calls return -ERR_CANCELLED at once; except that
 * stream_write gathers as long as there is room, and stream_flush still tries one write
 * without waiting (for a last BYE). */
void stream_cancel(struct stream *stream);
bool stream_is_cancelled(const struct stream *stream);
/* Whether nobody will read what is written: it was cancelled, or the peer has closed the
 * connection, not only its own side of it. A TCP peer lets that be known when something is sent to
 * it. Looks at the socket, never parks. */
bool stream_is_abandoned(const struct stream *stream);

/* Server side handshake on a plain stream; what was received in clear and not
 * consumed is thrown away (STARTTLS injection). Flush before. -ERR_TLS,
 * -ERR_CLOSED, -ERR_TIMEOUT after timeout_ms. */
int stream_start_tls(struct stream *stream, struct tls_context *context, int timeout_ms) MUST_CHECK;
bool stream_is_tls(const struct stream *stream);
/* "TLSv1.3 TLS_AES_256_GCM_SHA384", or "" without TLS. */
const char *stream_tls_description(const struct stream *stream);
/* Channel bindings for SCRAM-PLUS (RFC 5929 tls-unique for TLS 1.2, RFC 9266
 * tls-exporter): false when this stream has no such binding. */
bool stream_tls_exporter(const struct stream *stream, uint8_t out[32]);
bool stream_tls_unique(const struct stream *stream, uint8_t *out, size_t *len_out /* <= 64 */);

/* Whether the client has shown a certificate, in this handshake or in the one of the session that
 * was resumed, that is believed now: it is valid still, and when a reload has changed whom to
 * believe, the authorities and revocation lists of `today` decide (NULL: none). */
bool stream_tls_client_is_verified(const struct stream *stream, struct tls_context *today);
/* What that certificate calls the client; UTF-8 without NUL, not empty, in the arena.
 * -ERR_CREDENTIALS with the reason: there is no such certificate. -ERR_NOT_FOUND: it has no such
 * name. */
int stream_tls_client_name(const struct stream *stream, struct tls_context *today,
                           enum tls_client_name which, struct arena *arena,
                           struct slice *out) MUST_CHECK;

/* Compression by raw deflate, both ways, until the end (RFC 4978). Sends what was
 * gathered and `last_clear` as it is; all that follows is compressed, and what was received
 * and not consumed was already. At most input_max octets are inflated ahead. Once only, and no
 * TLS after it. -ERR_NO_MEMORY: nothing was sent; else as stream_flush. */
int stream_start_deflate(struct stream *stream, struct slice last_clear) MUST_CHECK;
bool stream_is_deflated(const struct stream *stream);

/* The peer's address as text without port ("127.0.0.1", "::1"; "unix" for
 * Unix sockets); lives as long as the stream. */
const char *stream_remote(const struct stream *stream);

/* Gives idle buffers back (before IDLE waits). */
void stream_trim(struct stream *stream);

#endif
