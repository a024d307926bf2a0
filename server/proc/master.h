/*
 * The master: binds the listeners, keeps the workers alive, passes signals
 * on. It never talks to clients or to the database.
 */
#ifndef POSTROOM_PROC_MASTER_H
#define POSTROOM_PROC_MASTER_H

#include "proc/config.h"

/* Runs until SIGTERM or SIGINT; the process's exit code. */
int master_run(struct config *config);

#endif
