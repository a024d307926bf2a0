#include "support/check.h"

#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stdio.h>

static bool report(bool ok, const char *message, const char *file, int line)
{
    CU_assertImplementation(ok ? CU_TRUE : CU_FALSE, (unsigned)line, message, file, "", CU_FALSE);
    return ok;
}

bool check_true(bool value, const char *text, const char *file, int line)
{
    return report(value, text, file, line);
}

bool check_int(int64_t actual, int64_t expected, const char *text, const char *file, int line)
{
    char message[400];
    snprintf(message, sizeof message, "%.200s is %" PRId64 ", expected %" PRId64, text, actual,
             expected);
    return report(actual == expected, message, file, line);
}

bool check_u64(uint64_t actual, uint64_t expected, const char *text, const char *file, int line)
{
    char message[400];
    snprintf(message, sizeof message, "%.200s is %" PRIu64 ", expected %" PRIu64, text, actual,
             expected);
    return report(actual == expected, message, file, line);
}

bool check_slice(struct slice actual, struct slice expected, const char *text, const char *file,
                 int line)
{
    char message[2400];
    snprintf(message, sizeof message, "%.200s is \"%.*s\" (%zu), expected \"%.*s\" (%zu)", text,
             (int)(actual.len > 1000 ? 1000 : actual.len), actual.data, actual.len,
             (int)(expected.len > 1000 ? 1000 : expected.len), expected.data, expected.len);
    bool equal = actual.len == expected.len &&
                 (actual.len == 0 || memcmp(actual.data, expected.data, actual.len) == 0);
    return report(equal, message, file, line);
}

bool check_error(int result, enum err expected, const char *text, const char *file, int line)
{
    char message[800];
    snprintf(message, sizeof message, "%.200s gave %s, expected %s (%.240s)", text,
             result ? err_name(result) : "ok", expected ? err_name((int)expected) : "ok",
             result ? last_error()->text : "");
    return report(result == -(int)expected, message, file, line);
}
