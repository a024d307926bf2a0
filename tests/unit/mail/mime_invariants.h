/*
 * What holds for every input, whoever made it: shared by the unit tests, the
 * fuzz targets and the run over a corpus of real mail. Each returns NULL, or
 * says what is broken.
 */
#ifndef POSTROOM_TESTS_MIME_INVARIANTS_H
#define POSTROOM_TESTS_MIME_INVARIANTS_H

#include "base/slice.h"
#include "mail/mime.h"

/* Scans a message whole, in halves and an octet at a time: one tree, ranges
 * nested, the stored form and the renderings well-formed, every part found by
 * its section. */
const char *mime_message_broken(struct slice message);
/* A header: ENVELOPE follows its grammar, fields lie within the header, the
 * other readers of headers survive. */
const char *mime_header_broken(struct slice header);
/* Octets as a stored part tree, and as a stored BODYSTRUCTURE: what is
 * accepted is consistent. */
const char *mime_stored_broken(struct slice octets);

/* NULL when both trees say the same. */
const char *mime_trees_differ(const struct mime_tree *a, const struct mime_tree *b);
/* Scans in pieces of `piece` octets; NULL when that fails. */
const struct mime_tree *mime_scan_in_pieces(struct arena *arena, struct slice message,
                                            size_t piece);

#endif
