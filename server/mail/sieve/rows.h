/*
 * Inside Sieve: the rows, by the files that they are in. row_table.c has the list.
 */
#ifndef POSTROOM_MAIL_SIEVE_ROWS_H
#define POSTROOM_MAIL_SIEVE_ROWS_H

#include "sieve/row.h"

/* Control (RFC 5228 section 3, RFC 6609, RFC 5463). */
extern const struct sieve_row sieve_row_require, sieve_row_if, sieve_row_elsif, sieve_row_else,
    sieve_row_stop, sieve_row_include, sieve_row_return, sieve_row_global, sieve_row_error;
/* Logic. */
extern const struct sieve_row sieve_row_allof, sieve_row_anyof, sieve_row_not, sieve_row_true,
    sieve_row_false, sieve_row_ihave;
/* The message. */
extern const struct sieve_row sieve_row_header, sieve_row_address, sieve_row_envelope,
    sieve_row_exists, sieve_row_size;
/* Variables (RFC 5229). */
extern const struct sieve_row sieve_row_set, sieve_row_string;
/* Actions. */
extern const struct sieve_row sieve_row_keep, sieve_row_discard, sieve_row_fileinto,
    sieve_row_redirect, sieve_row_reject, sieve_row_ereject;
/* Flags (RFC 5232). */
extern const struct sieve_row sieve_row_setflag, sieve_row_addflag, sieve_row_removeflag,
    sieve_row_hasflag;
/* What the host knows (RFC 5183, RFC 7352, RFC 5490, RFC 8579, RFC 9042). */
extern const struct sieve_row sieve_row_environment, sieve_row_duplicate, sieve_row_mailboxexists,
    sieve_row_mailboxidexists, sieve_row_specialuse_exists, sieve_row_metadata,
    sieve_row_metadataexists, sieve_row_servermetadata, sieve_row_servermetadataexists;
/* Dates (RFC 5260). */
extern const struct sieve_row sieve_row_date, sieve_row_currentdate;
/* The header changed (RFC 5293). */
extern const struct sieve_row sieve_row_addheader, sieve_row_deleteheader;
/* The body (RFC 5173), MIME parts (RFC 5703). */
extern const struct sieve_row sieve_row_body, sieve_row_foreverypart, sieve_row_break,
    sieve_row_extracttext, sieve_row_replace, sieve_row_enclose;
/* Mail that is sent (RFC 5230, RFC 5435). */
extern const struct sieve_row sieve_row_vacation, sieve_row_notify, sieve_row_valid_notify_method,
    sieve_row_notify_method_capability;

#endif
