/*
 * The octet classes of RFC 3501 section 9.
 */
#ifndef POSTROOM_PROTO_OCTETS_H
#define POSTROOM_PROTO_OCTETS_H

#include <stdbool.h>
#include <string.h>

/* ATOM-CHAR: printable, and none of atom-specials. */
static inline bool octet_is_atom(char c)
{
    return c > ' ' && c < 0x7f && !strchr("(){%*\"\\]", c);
}

/* ASTRING-CHAR */
static inline bool octet_is_astring(char c)
{
    return octet_is_atom(c) || c == ']';
}

/* What a tag is made of. */
static inline bool octet_is_tag(char c)
{
    return octet_is_astring(c) && c != '+';
}

/* list-char */
static inline bool octet_is_list(char c)
{
    return octet_is_astring(c) || c == '%' || c == '*';
}

/* Stands for itself between quotes. RFC 3501 has 7-bit only, but clients
 * send names and passwords as raw UTF-8; nothing else can be meant by it. */
static inline bool octet_is_quoted(char c)
{
    return c != '\0' && c != '\r' && c != '\n' && c != '"' && c != '\\';
}

/* What a sequence-set is made of. */
static inline bool octet_is_sequence(char c)
{
    return (c >= '0' && c <= '9') || c == ':' || c == '*' || c == ',';
}

#endif
