// SPDX-License-Identifier: Apache-2.0
// Memory for one parse. tree-sitter asks for a few bytes millions of times, and all of it is done
// with as soon as the tree has been read: so it is cut from large chunks, and given back at once.
#pragma once
#include <stddef.h>

/// Allocations of this thread come from here, until it is set to something else.
typedef struct Arena Arena;

Arena *arena_new(void);
void arena_delete(Arena *arena);
/// Makes an arena the one of this thread; null for none.
void arena_use(Arena *arena);
/// Takes everything back that came from it.
void arena_reset(Arena *arena);

void *arena_malloc(size_t size);
void *arena_calloc(size_t count, size_t size);
void *arena_realloc(void *block, size_t size);
void arena_free(void *block);

#define ts_malloc arena_malloc
#define ts_calloc arena_calloc
#define ts_realloc arena_realloc
#define ts_free arena_free
