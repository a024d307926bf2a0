/*
 * A scanned message for tests of the MIME code. Parts are described as text,
 * so that a test shows the tree it expects.
 */
#ifndef POSTROOM_TESTS_MIME_FIXTURE_H
#define POSTROOM_TESTS_MIME_FIXTURE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "mail/mime.h"

struct mime_fixture {
    struct arena arena;
    struct slice message;
    const struct mime_tree *tree;
    struct buffer text; /* what the last call below rendered */
};

/* Scans and checks the invariants; the message must outlive the fixture. */
void mime_fixture_init(struct mime_fixture *fixture, struct slice message,
                       const struct mime_limits *limits);
void mime_fixture_clear(struct mime_fixture *fixture);

/* "mixed(leaf'one' message(leaf'two'))": kinds with the bodies of leaves. */
struct slice mime_fixture_outline(struct mime_fixture *fixture);
struct slice mime_fixture_bodystructure(struct mime_fixture *fixture);
struct slice mime_fixture_body(struct mime_fixture *fixture);
/* The octets of a section such as "1.2" or ""; "NIL" when there is none. */
struct slice mime_fixture_section(struct mime_fixture *fixture, const char *specifier,
                                  enum mime_section_kind kind);

#endif
