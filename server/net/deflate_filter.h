/*
 * Raw deflate both ways (RFC 1951) as a filter on top of another, for IMAP's
 * COMPRESS (RFC 4978). Private to net: no zlib type goes further up.
 *
 * What is written in one call can be read at the other end once it was taken
 * whole. What is read is inflated no further than the reader has room for.
 */
#ifndef POSTROOM_NET_DEFLATE_FILTER_H
#define POSTROOM_NET_DEFLATE_FILTER_H

#include "filter.h"

/* On top of nothing yet: see deflate_filter_put_on. -ERR_NO_MEMORY. */
int deflate_filter_new(struct filter **out) MUST_CHECK;
/* Copies octets that the filter below has given already: the first to be inflated. */
int deflate_filter_begin_with(struct filter *filter, struct slice deflated) MUST_CHECK;
/* Becomes the top of the chain. */
void deflate_filter_put_on(struct filter *filter, struct filter **top);

#endif
