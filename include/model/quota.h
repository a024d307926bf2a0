/*
 * What quota counts (RFC 9208 section 5).
 */
#ifndef POSTROOM_MODEL_QUOTA_H
#define POSTROOM_MODEL_QUOTA_H

#include <stdint.h>

enum quota_resource {
    QUOTA_STORAGE, /* octets of messages; clients see units of 1024 */
    QUOTA_MESSAGES,
    QUOTA_MAILBOXES,
    QUOTA_RESOURCES
};

/* Limits, or what is held, or what would come. */
struct quota_amounts {
    uint64_t of[QUOTA_RESOURCES];
};

/* A limit that is none. No other is above QUOTA_MAX. */
#define QUOTA_UNLIMITED UINT64_MAX
#define QUOTA_MAX       ((uint64_t)INT64_MAX)

static const struct quota_amounts QUOTA_NO_LIMITS = {
    {QUOTA_UNLIMITED, QUOTA_UNLIMITED, QUOTA_UNLIMITED}};

#endif
