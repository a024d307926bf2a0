#include "when.h"

#include <time.h>

struct slice when_text(struct arena *arena, int64_t micros)
{
    if (micros == INT64_MAX)
        return SLICE("never");
    time_t seconds = (time_t)(micros / 1000000);
    struct tm parts;
    char text[40];
    gmtime_r(&seconds, &parts);
    size_t len = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    struct slice copy = arena_copy(arena, slice_of(text, len));
    return copy.data ? copy : SLICE_EMPTY;
}
