/*
 * Single files of messages, mapped.
 */
#ifndef POSTROOM_ADMIN_IMPORT_FILE_H
#define POSTROOM_ADMIN_IMPORT_FILE_H

#include "base/buffer.h"
#include "import_source.h"

struct mapped_file {
    struct slice octets;
    int64_t modified; /* microseconds since 1970 */
};
/* -ERR_IO. An empty file has an empty slice. */
int mapped_file_open(const char *path, struct mapped_file *out) MUST_CHECK;
void mapped_file_close(struct mapped_file *file);

/* mbox and Maildir keep lines with LF only; a message on the wire has CRLF.
 * Appends with each LF made CRLF; a text that has a CRLF already is taken as
 * it is. */
void import_wire_form(struct slice text, struct buffer *out);

/* Starts with "From ". */
bool mbox_is_one(struct slice octets);
/* RFC 4155 with the quoting of mboxrd (">From " loses one ">"); Status,
 * X-Status and X-Keywords fields become flags. */
int mbox_each(const char *path, const struct mapped_file *file,
              const struct source_handler *handler) MUST_CHECK;

/* Flags of a Maildir name: "…:2,FRS". */
void maildir_flags(const char *name, struct source_message *message);

#endif
