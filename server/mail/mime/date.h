/*
 * The date of a field value (RFC 5322 sections 3.3 and 4.3) with the zone it was written in.
 */
#ifndef POSTROOM_MAIL_MIME_DATE_H
#define POSTROOM_MAIL_MIME_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct date_value {
    int64_t day;       /* since 1970-01-01, where it was written */
    int second_of_day; /* there */
    int zone_minutes;  /* east of UTC; 0 when there was none */
};
/* False when it can't be read. */
bool date_read(struct slice value, struct date_value *out);

#endif
