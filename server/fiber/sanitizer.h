/*
 * Whether this build has AddressSanitizer, and where Valgrind's client
 * requests are: both must be told of stacks that they did not make.
 */
#ifndef POSTROOM_FIBER_SANITIZER_H
#define POSTROOM_FIBER_SANITIZER_H

#if defined(__SANITIZE_ADDRESS__)
#define POSTROOM_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POSTROOM_ADDRESS_SANITIZER 1
#endif
#endif

#ifdef POSTROOM_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#define POSTROOM_VALGRIND 1
#endif
#endif

#endif
