/*
 * Where imported messages come from: an .eml file, an mbox, a Maildir, or a
 * directory of such. Files are mapped, not read whole; a message's octets are
 * valid only during the callback.
 */
#ifndef POSTROOM_ADMIN_IMPORT_SOURCE_H
#define POSTROOM_ADMIN_IMPORT_SOURCE_H

#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "model/flags.h"

struct source_message {
    struct slice octets;
    flag_mask flags;          /* system flags */
    struct slice keywords[8]; /* names */
    size_t keyword_count;
    int64_t internal_date;  /* microseconds since 1970; INT64_MIN: look at Date: */
    int64_t fallback_date;  /* when Date: can't be read: the file's time */
    uint64_t source_octets; /* for the progress bar: what of the source this was */
    const char *origin;     /* the file's name, for errors */
};

struct source_handler {
    void *arg;
    /* One message; a negative err ends the import. */
    int (*message)(void *arg, const struct source_message *message);
};

/* Octets of all files, for the progress bar. -ERR_IO. */
int source_measure(const char *path, uint64_t *octets_out) MUST_CHECK;
/* All messages in a stable order. -ERR_IO, -ERR_INVALID (nothing to import). */
int source_each(const char *path, const struct source_handler *handler) MUST_CHECK;

#endif
