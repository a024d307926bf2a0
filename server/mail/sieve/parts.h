/*
 * Inside Sieve: the MIME parts that a run looks at (RFC 5703). Which part the tests are about is
 * said by the innermost foreverypart; without one it is the message.
 */
#ifndef POSTROOM_MAIL_SIEVE_PARTS_H
#define POSTROOM_MAIL_SIEVE_PARTS_H

#include "sieve/field.h"
#include "sieve/machine.h"
#include "sieve/part_edit.h"

/* The part that is looked at, 0 outside of loops: the message. */
uint32_t sieve_parts_current(const struct sieve_run *run);
/* One past the last of the parts that lie in it. */
uint32_t sieve_parts_end(const struct mime_tree *tree, uint32_t part);
/* Its header; that of the message as editheader has it. */
struct slice sieve_parts_header(const struct sieve_run *run, uint32_t part);
struct sieve_source sieve_parts_source(struct sieve_run *run);

/* Loops: begin one over what lies in the current part; step to the next part, false at the end;
 * end it. -ERR_LIMIT, -ERR_NO_MEMORY. */
int sieve_parts_loop_begin(struct sieve_run *run) MUST_CHECK;
bool sieve_parts_loop_next(struct sieve_run *run);
void sieve_parts_loop_end(struct sieve_run *run);

/* Where replace and enclose note what they do. */
int sieve_parts_edits(struct sieve_run *run, struct sieve_part_edits **out) MUST_CHECK;
/* Makes run->content of the edits so far. Before an action looks at it. */
int sieve_parts_settle(struct sieve_run *run) MUST_CHECK;

/* The fields of that name that a test is about, by the tags of its call: :index and :last,
 * :mime and :anychild. In run->scratch. */
int sieve_parts_fields(struct sieve_run *run, const struct sieve_call *call, struct slice name,
                       struct mime_field **out, size_t *count_out) MUST_CHECK;
/* The same without tags but :index and :last. */
struct sieve_occurrence sieve_call_occurrence(const struct sieve_call *call);

#endif
