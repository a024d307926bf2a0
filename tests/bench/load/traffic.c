#include "traffic.h"

static uint64_t total;

void traffic_add(size_t octets)
{
    total += octets;
}

uint64_t traffic_total(void)
{
    return total;
}
