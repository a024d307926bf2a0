/*
 * What SORT sorts by (RFC 5256 section 3, RFC 5957), and how THREAD threads.
 */
#ifndef POSTROOM_MODEL_SORT_H
#define POSTROOM_MODEL_SORT_H

#include <stdbool.h>
#include <stddef.h>

enum sort_key {
    SORT_ARRIVAL,
    SORT_DATE,
    SORT_SIZE,
    SORT_SUBJECT,
    SORT_FROM,
    SORT_TO,
    SORT_CC,
    SORT_DISPLAYFROM,
    SORT_DISPLAYTO,
    SORT_KEY_COUNT
};

struct sort_criterion {
    enum sort_key key;
    bool reverse;
};

/* The first criterion counts most; none is there twice, since only the first would count. */
struct sort_program {
    struct sort_criterion criteria[SORT_KEY_COUNT];
    size_t count;
};

enum thread_algorithm { THREAD_ORDEREDSUBJECT, THREAD_REFERENCES };

#endif
