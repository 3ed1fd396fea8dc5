// SPDX-License-Identifier: Apache-2.0
// Inlined: a key of 60 bytes is hashed in less time than a call through the PLT takes.
#pragma once
#define XXH_INLINE_ALL
#include <xxhash.h>

// XXH_INLINE_ALL renames its functions by macros, which Swift cannot see through.
static inline uint64_t segstore_xxh3(const void *bytes, size_t byteCount) {
    return XXH3_64bits(bytes, byteCount);
}
