// SPDX-License-Identifier: Apache-2.0
#include "BenchmarkCounters.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <malloc.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// The sanitizers have allocators of their own.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

static _Atomic int64_t allocations;

#ifndef SANITIZED
// glibc's own, which those below stand before in any process that this is linked into.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static void count(void) { atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed); }

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
    count();
    return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size) {
    count();
    *out = __libc_memalign(alignment, size);
    return *out ? 0 : ENOMEM;
}
#endif

int64_t segstore_allocations(void) {
    return atomic_load_explicit(&allocations, memory_order_relaxed);
}

int64_t segstore_instructions(void) {
    static int counter = -2;
    if (counter == -2) {
        struct perf_event_attr what;
        memset(&what, 0, sizeof what);
        what.type = PERF_TYPE_HARDWARE;
        what.size = sizeof what;
        what.config = PERF_COUNT_HW_INSTRUCTIONS;
        what.exclude_kernel = 1;
        what.exclude_hv = 1;
        what.inherit = 1;
        counter = (int)syscall(SYS_perf_event_open, &what, 0, -1, -1, 0);
    }
    int64_t value = -1;
    if (counter < 0 || read(counter, &value, sizeof value) != sizeof value) return -1;
    return value;
}

void segstore_trim(void) { malloc_trim(0); }
