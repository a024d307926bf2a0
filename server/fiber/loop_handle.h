/*
 * The libuv loop, for the modules of this layer that make handles.
 */
#ifndef POSTROOM_FIBER_LOOP_HANDLE_H
#define POSTROOM_FIBER_LOOP_HANDLE_H

#include <uv.h>

uv_loop_t *loop_handle(void);

#endif
