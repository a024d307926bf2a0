/*
 * Time. Deadlines use the monotonic clock in milliseconds; what people see
 * uses microseconds since 1970-01-01 UTC.
 */
#ifndef POSTROOM_BASE_CLOCK_H
#define POSTROOM_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);
int64_t clock_realtime_us(void);

/* Days since 1970-01-01 of a date of the Gregorian calendar; month 1-12. */
int64_t clock_days_from_civil(int year, int month, int day);
void clock_civil_from_days(int64_t days, int *year_out, int *month_out, int *day_out);

#endif
