/*
 * Inside the mail layer: the records (sort_record.h) of many messages. A worker remembers
 * those it has read, as far as they fit.
 */
#ifndef POSTROOM_MAIL_SORT_RECORDS_H
#define POSTROOM_MAIL_SORT_RECORDS_H

#include "mail/sort.h"
#include "sort_record.h"
#include "store/messages.h"

/* Calls take() for each of these messages, in their order, with what the record says (empty
 * when the content is gone). The record points to what is valid during the call. Lets other
 * fibers run; needs `r`. */
int sort_records_each(struct mail *mail, const struct sort_scope *scope,
                      int (*take)(void *arg, const struct entry *entry,
                                  const struct sort_record *record),
                      void *arg) MUST_CHECK;

/* Makes and keeps those that are lacking, or of another version. rows have the headers, and what
 * records there are (store/messages.h). */
enum { SORT_RECORDS_KEPT_MAX = 64 };
int sort_records_keep(struct mail *mail, const struct message_part_row *rows,
                      size_t count) MUST_CHECK;

/* The sent date; the internal one where there is none (RFC 5256 section 2.2). */
int64_t sort_sent_second(const struct entry *entry, const struct sort_record *record);

#endif
