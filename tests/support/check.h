/*
 * Assertions for unit tests on top of CUnit: each shows both values when it
 * fails, and the test goes on.
 */
#ifndef POSTROOM_TESTS_CHECK_H
#define POSTROOM_TESTS_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"

bool check_true(bool value, const char *text, const char *file, int line);
bool check_int(int64_t actual, int64_t expected, const char *text, const char *file, int line);
bool check_u64(uint64_t actual, uint64_t expected, const char *text, const char *file, int line);
bool check_slice(struct slice actual, struct slice expected, const char *text, const char *file,
                 int line);
bool check_error(int result, enum err expected, const char *text, const char *file, int line);

#define CHECK(condition) check_true((condition), #condition, __FILE__, __LINE__)
#define CHECK_INT(actual, expected)                                                                \
    check_int((int64_t)(actual), (int64_t)(expected), #actual, __FILE__, __LINE__)
#define CHECK_U64(actual, expected)                                                                \
    check_u64((uint64_t)(actual), (uint64_t)(expected), #actual, __FILE__, __LINE__)
#define CHECK_STR(actual, expected)                                                                \
    check_slice(slice_cstr(actual), slice_cstr(expected), #actual, __FILE__, __LINE__)
#define CHECK_SLICE(actual, literal)                                                               \
    check_slice((actual), slice_of("" literal "", sizeof(literal) - 1), #actual, __FILE__, __LINE__)
#define CHECK_OK(call)            check_error((call), ERR_NONE, #call, __FILE__, __LINE__)
#define CHECK_ERR(call, expected) check_error((call), (expected), #call, __FILE__, __LINE__)

#endif
