#include "sqlstate.h"

#include <string.h>

struct sqlstate_row {
    const char *prefix; /* a code, or the two characters of its class */
    enum err err;
};

/* The first row that fits counts: codes before their class. */
static const struct sqlstate_row rows[] = {
    {"08", ERR_UNAVAILABLE},    /* connection exception */
    {"22021", ERR_CHARSET},     /* not in the character set: NUL or broken UTF-8 in a text */
    {"22", ERR_INVALID},        /* data exception */
    {"23503", ERR_NOT_FOUND},   /* refers to a row that is gone */
    {"23505", ERR_EXISTS},      /* unique violation */
    {"23", ERR_INVALID},        /* other integrity constraints */
    {"25006", ERR_UNAVAILABLE}, /* read-only: this is a standby now */
    {"28", ERR_UNAVAILABLE},    /* PostgreSQL does not let us in */
    {"3D", ERR_UNAVAILABLE},    /* no such database */
    {"40", ERR_UNAVAILABLE},    /* deadlock, serialization: worth trying again */
    {"53", ERR_UNAVAILABLE},    /* out of connections, memory or disk */
    {"54", ERR_LIMIT},          /* over a limit of PostgreSQL */
    {"55P03", ERR_UNAVAILABLE}, /* lock not available */
    {"55", ERR_WRONG_STATE},    /* not in the state this needs */
    {"57", ERR_UNAVAILABLE},    /* statement timeout, shutdown, crash, starting up */
    {"58", ERR_UNAVAILABLE},    /* the database's own disk or system */
    {"P0002", ERR_NOT_FOUND},   /* no data found */
    {"XX001", ERR_CORRUPT},     {"XX002", ERR_CORRUPT},
};

enum err sqlstate_err(const char *sqlstate)
{
    if (!sqlstate || !*sqlstate)
        return ERR_UNAVAILABLE;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strncmp(sqlstate, rows[i].prefix, strlen(rows[i].prefix)) == 0)
            return rows[i].err;
    return ERR_INTERNAL; /* our statement is wrong: syntax, types, unknown names */
}
