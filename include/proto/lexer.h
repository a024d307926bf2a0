/*
 * The lexer: a cursor over one command's text (proto/command_reader.h) with
 * one function per grammar rule of RFC 3501 section 9. Zero copy: slices
 * point into the text, unless quoted-specials had to be unescaped or a name
 * decoded (then the arena). On -ERR_SYNTAX the text of last_error() says what
 * was expected; the cursor is then anywhere, the command is lost.
 *
 * Strict where a guess could be wrong, forgiving for what clients do: more
 * spaces than one, spaces inside list parentheses and before the line's end,
 * any case, 8-bit octets in quoted strings.
 */
#ifndef POSTROOM_PROTO_LEXER_H
#define POSTROOM_PROTO_LEXER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "model/flags.h"
#include "model/search_return.h"
#include "model/uidset.h"

struct lexer {
    struct slice text;
    size_t at;
    struct arena *arena;
    bool utf8;            /* quoted strings and mailbox names are UTF-8 (RFC 9051, RFC 9755) */
    bool charset_is_utf8; /* and CHARSET may not be said (RFC 9755 section 3) */
    uint32_t items_max;   /* limit for sequence-set items and list lengths: over it -ERR_LIMIT */
};

enum { LEXER_ITEMS_MAX_DEFAULT = 20000 };

/* items_max is LEXER_ITEMS_MAX_DEFAULT until the caller sets another. */
void lexer_init(struct lexer *lexer, struct slice text, struct arena *arena);

bool lexer_at_end(const struct lexer *lexer);
/* The next octet without consuming it, 0 at the end. */
char lexer_peek(const struct lexer *lexer);
/* Consumes c if it is next. */
bool lexer_accept(struct lexer *lexer, char c);
int lexer_expect(struct lexer *lexer, char c) MUST_CHECK;
/* One SP; more than one is accepted. */
int lexer_space(struct lexer *lexer) MUST_CHECK;
/* Consumes spaces if there are any: where the grammar has none but clients
 * put some, inside list parentheses. */
void lexer_skip_spaces(struct lexer *lexer);
/* Nothing may follow (trailing spaces are forgiven). */
int lexer_end(struct lexer *lexer) MUST_CHECK;
/* Consumes the word if it comes next, ASCII case ignored, and ends there
 * (what follows is not an ATOM-CHAR, or the word ends in a special itself). */
bool lexer_accept_word(struct lexer *lexer, const char *word);

int lexer_tag(struct lexer *lexer, struct slice *out) MUST_CHECK;
int lexer_atom(struct lexer *lexer, struct slice *out) MUST_CHECK;
int lexer_astring(struct lexer *lexer, struct slice *out) MUST_CHECK;
int lexer_string(struct lexer *lexer, struct slice *out) MUST_CHECK;
/* NIL gives data NULL. */
int lexer_nstring(struct lexer *lexer, struct slice *out) MUST_CHECK;
/* "~{n}" and any octets (RFC 3516). */
int lexer_literal8(struct lexer *lexer, struct slice *out) MUST_CHECK;
/* At most 2^32-1, number64 at most 2^63-1 (RFC 9051); more is -ERR_SYNTAX. */
int lexer_number(struct lexer *lexer, uint32_t *out) MUST_CHECK;
int lexer_number64(struct lexer *lexer, uint64_t *out) MUST_CHECK;
int lexer_nz_number(struct lexer *lexer, uint32_t *out) MUST_CHECK;

/* mailbox: astring, decoded from modified UTF-7 unless lexer->utf8 (model/mailbox_name.h). */
int lexer_mailbox(struct lexer *lexer, struct slice *out) MUST_CHECK;
/* list-mailbox: as mailbox, but atoms may have "%" and "*". */
int lexer_list_mailbox(struct lexer *lexer, struct slice *out) MUST_CHECK;
/* With "$" (RFC 5182). */
int lexer_sequence_set(struct lexer *lexer, struct sequence_set *out) MUST_CHECK;
int lexer_partial_range(struct lexer *lexer, struct partial_range *out) MUST_CHECK;
/* "(" flags ")"; with `bare`, STORE's form without parentheses too, up to the
 * end of the command. A "\" flag that is no system flag is -ERR_INVALID; a
 * keyword too long, or more keywords than a mailbox can have, -ERR_LIMIT. */
int lexer_flag_list(struct lexer *lexer, bool bare, struct flag_names *out) MUST_CHECK;
/* date (1-Feb-1994), quoted or not; days since 1970-01-01. */
int lexer_date(struct lexer *lexer, int64_t *day_out) MUST_CHECK;
/* date-time ("17-Jul-1996 02:44:25 -0700"); microseconds since 1970 UTC. */
int lexer_date_time(struct lexer *lexer, int64_t *micros_out) MUST_CHECK;
/* The header of a literal "{n}" or "{n+}" at the end of the text, or with "~" before it
 * (literal8, RFC 3516): what APPEND's message is announced with. Saturates at UINT64_MAX. */
int lexer_literal_header(struct lexer *lexer, uint64_t *size_out) MUST_CHECK;

#endif
