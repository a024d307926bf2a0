/*
 * What a run of a Sieve program may still cost. A step is about what one simple instruction
 * costs; whatever looks at text charges for its octets, so that no script holds up a worker.
 */
#ifndef POSTROOM_MAIL_SIEVE_METER_H
#define POSTROOM_MAIL_SIEVE_METER_H

#include <stdint.h>

#include "base/error.h"

enum { SIEVE_OCTETS_PER_STEP = 32 };

struct sieve_meter {
    uint64_t steps; /* left */
};

/* -ERR_LIMIT when there are fewer left. */
static inline int sieve_meter_charge(struct sieve_meter *meter, uint64_t steps)
{
    if (meter->steps < steps) {
        meter->steps = 0;
        return fail(ERR_LIMIT, "the script takes too many steps");
    }
    meter->steps -= steps;
    return 0;
}

static inline int sieve_meter_charge_octets(struct sieve_meter *meter, uint64_t octets)
{
    return sieve_meter_charge(meter, 1 + octets / SIEVE_OCTETS_PER_STEP);
}

#endif
