/*
 * Inside Sieve: groups of tags that several rows of the extensions know, besides those of row.h.
 */
#ifndef POSTROOM_MAIL_SIEVE_TAG_GROUPS_H
#define POSTROOM_MAIL_SIEVE_TAG_GROUPS_H

#include "base/error.h"
#include "sieve/row.h"

enum {
    SIEVE_GROUP_MIME = SIEVE_GROUP_LAST_OF_CORE + 1, /* RFC 5703 section 4 */
    SIEVE_GROUP_ANYCHILD,
    SIEVE_GROUP_MIME_OPTION, /* :type :subtype :contenttype :param */
    SIEVE_GROUP_ZONE,        /* date :zone :originalzone */
    SIEVE_GROUP_BODY,        /* body :raw :content :text */
    SIEVE_GROUP_NAME,        /* foreverypart, break :name */
    SIEVE_GROUP_FIRST,       /* extracttext :first */
    SIEVE_GROUP_SUBJECT,     /* vacation, replace, enclose */
    SIEVE_GROUP_FROM,        /* vacation, replace, notify */
    SIEVE_GROUP_ADDRESSES,   /* vacation */
    SIEVE_GROUP_IMPORTANCE,  /* notify */
    SIEVE_GROUP_OPTIONS,     /* notify */
    SIEVE_GROUP_MESSAGE,     /* notify */
    SIEVE_GROUP_HEADERS      /* enclose */
};

extern const struct sieve_tag sieve_tags_index[];        /* RFC 5260 section 6 */
extern const struct sieve_tag sieve_tags_mime[];         /* RFC 5703 section 4: address, exists */
extern const struct sieve_tag sieve_tags_mime_options[]; /* RFC 5703 section 4.1: header */

/* The value of the tag of that group that was given, or NULL. */
const struct sieve_value *sieve_call_value(const struct sieve_call *call, unsigned group);

/* Its string, empty when it was not given. */
int sieve_run_tag_string(struct sieve_run *run, const struct sieve_call *call, unsigned group,
                         struct slice *out) MUST_CHECK;

/* For row->check of those who have these tags: :last needs :index, the options need :mime, and
 * :anychild, too. */
sieve_check_function sieve_check_field_tags;

#endif
