/*
 * Inside the mail layer: sorting that lets other fibers run, and keeps the order of what is
 * equal.
 */
#ifndef POSTROOM_MAIL_ORDER_H
#define POSTROOM_MAIL_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Sorts `places`; compare() is given two of them, <0: the first comes first. */
int order_sort(uint32_t *places, size_t count,
               int (*compare)(const void *arg, uint32_t a, uint32_t b), const void *arg) MUST_CHECK;

#endif
