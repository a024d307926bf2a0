#include "sqlstate.h"
#include "support/check.h"

void test_sqlstate_codes_come_before_their_class(void)
{
    CHECK_INT(sqlstate_err("23505"), ERR_EXISTS);
    CHECK_INT(sqlstate_err("23503"), ERR_NOT_FOUND);
    CHECK_INT(sqlstate_err("23514"), ERR_INVALID);
    CHECK_INT(sqlstate_err("55P03"), ERR_UNAVAILABLE);
    CHECK_INT(sqlstate_err("55006"), ERR_WRONG_STATE);
}

void test_sqlstate_trouble_that_passes_is_unavailable(void)
{
    static const char *const codes[] = {"57014", "40001", "40P01", "57P01", "57P02", "57P03",
                                        "08006", "53300", "53100", "25006", "28P01", "3D000"};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        CHECK_INT(sqlstate_err(codes[i]), ERR_UNAVAILABLE);
    CHECK_INT(sqlstate_err(NULL), ERR_UNAVAILABLE);
}

void test_sqlstate_our_own_mistakes_are_internal(void)
{
    CHECK_INT(sqlstate_err("42601"), ERR_INTERNAL);
    CHECK_INT(sqlstate_err("42P01"), ERR_INTERNAL);
    CHECK_INT(sqlstate_err("25P02"), ERR_INTERNAL);
    CHECK_INT(sqlstate_err("ZZZZZ"), ERR_INTERNAL);
}
