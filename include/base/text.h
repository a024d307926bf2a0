/*
 * Unicode text by ICU: charsets to UTF-8, case folding for search, names.
 * No ICU type leaves the module. Everything here is pure.
 */
#ifndef POSTROOM_BASE_TEXT_H
#define POSTROOM_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool text_is_utf8(struct slice s);
bool text_is_ascii(struct slice s);
/* The code point at *at, which moves behind it; an octet that begins no
 * well-formed sequence is U+FFFD. *at must be within s. */
uint32_t text_next(struct slice s, size_t *at);
/* Appends a code point as UTF-8; a surrogate or what is no code point as U+FFFD. */
void text_add_code_point(struct buffer *out, uint32_t c);

/* Whether ICU can convert from a charset of this name (RFC 2978 names and aliases). */
bool text_charset_known(struct slice charset);

/* Appends `octets`, read in `charset`, as UTF-8. Octets that mean nothing in
 * the charset become U+FFFD. An unknown charset: -ERR_CHARSET, nothing
 * appended. */
int text_to_utf8(struct slice charset, struct slice octets, struct buffer *out) MUST_CHECK;

/* The same, but octets that mean nothing are an error: -ERR_CHARSET. For
 * search strings, which must be exact. */
int text_to_utf8_strict(struct slice charset, struct slice octets, struct buffer *out) MUST_CHECK;

/* Appends s (UTF-8) as SEARCH compares it: what i;unicode-casemap (RFC 5051) finds in s is found
 * in this, and what differs only by full case folding ("Straße", "STRASSE"), by invisible
 * characters or by how much white space there is, which becomes one space. Each code point is
 * folded for itself. Broken UTF-8 becomes U+FFFD. */
void text_fold(struct slice s, struct buffer *out);

/* Appends the code point at *at as i;unicode-casemap compares it (RFC 5051 section 2): its
 * titlecase, decomposed, compatibility included. *at moves behind it and must be within s. */
void text_casemap_next(struct slice s, size_t *at, struct buffer *out);

/* Goes up with ICU's Unicode: then text_fold and text_casemap_next may give something else. */
uint32_t text_edition(void);

/* Appends s in NFC. -ERR_CHARSET when s is not UTF-8. For mailbox names. */
int text_normalise(struct slice s, struct buffer *out) MUST_CHECK;

/* True when s (UTF-8) has a control, private-use, unassigned or
 * noncharacter code point (Net-Unicode, RFC 5198). */
bool text_has_control(struct slice s);

/* Appends a user's or group's name as it is compared: SASLprep (RFC 4013), then NFC for
 * what is younger than the Unicode 3.2 of that. -ERR_CHARSET when it is not UTF-8,
 * -ERR_INVALID for what SASLprep forbids. */
int text_prepare_name(struct slice name, struct buffer *out) MUST_CHECK;

/* Appends a domain name as it is compared and as DNS has it: in small letters, others than
 * ASCII as A-labels (RFC 5891, mapped by UTS #46). -ERR_INVALID when it is none. */
int text_domain(struct slice domain, struct buffer *out) MUST_CHECK;

/* Appends a password as SCRAM hashes it: SASLprep (RFC 4013), so that what
 * looks the same is the same. What SASLprep does not allow is appended as it
 * is: it still is a password. */
void text_prepare_password(struct slice password, struct buffer *out);

#endif
