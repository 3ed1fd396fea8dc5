// SPDX-License-Identifier: Apache-2.0
#include "arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Blocks are of sizes 16, 32, ... 512, then 1,024, 2,048 and so on.
enum { small_class_count = 32, class_count = 64, chunk_byte_count = 1 << 20 };

// A chunk that is kept for the next parse; what a huge file took is not.
static const size_t kept_byte_count = 32 << 20;

// What stands before each block: 8 bytes, which is all the alignment that the parser needs.
typedef struct {
    uint64_t class;
} Header;

typedef struct Chunk {
    struct Chunk *next;
    size_t byte_count;
} Chunk;

struct Arena {
    // Blocks that were freed, by class; the first bytes of each are the next one's address.
    void *free[class_count];
    char *next, *end;
    // Those that are filled, the one that is being filled first; and those that wait.
    Chunk *used, *waiting;
};

static __thread Arena *current;

static void give_up(size_t size) {
    fprintf(stderr, "segstore: no memory to parse with: %zu bytes\n", size);
    abort();
}

static void *system_malloc(size_t size) {
    void *block = malloc(size);
    if (block == NULL) give_up(size);
    return block;
}

Arena *arena_new(void) {
    Arena *arena = system_malloc(sizeof(Arena));
    memset(arena, 0, sizeof(Arena));
    return arena;
}

static void release(Chunk *chunk) {
    while (chunk != NULL) {
        Chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

void arena_delete(Arena *arena) {
    release(arena->used);
    release(arena->waiting);
    free(arena);
}

void arena_use(Arena *arena) { current = arena; }

void arena_reset(Arena *arena) {
    size_t kept = 0;
    for (Chunk *chunk = arena->waiting; chunk != NULL; chunk = chunk->next) {
        kept += chunk->byte_count;
    }
    while (arena->used != NULL) {
        Chunk *chunk = arena->used;
        arena->used = chunk->next;
        if (chunk->byte_count == chunk_byte_count && kept < kept_byte_count) {
            kept += chunk->byte_count;
            chunk->next = arena->waiting;
            arena->waiting = chunk;
        } else {
            free(chunk);
        }
    }
    memset(arena->free, 0, sizeof arena->free);
    arena->next = arena->end = NULL;
}

static size_t class_of(size_t size) {
    if (size <= 16 * small_class_count) return size == 0 ? 0 : (size - 1) / 16;
    return small_class_count + (63 - (size_t)__builtin_clzll(size - 1)) - 9;
}

static size_t size_of(size_t class) {
    return class < small_class_count ? (class + 1) * 16 : (size_t)1024 << (class - small_class_count);
}

static __attribute__((noinline)) void add_chunk(Arena *arena, size_t size) {
    size_t needed = sizeof(Chunk) + size;
    Chunk *chunk = arena->waiting;
    if (needed <= chunk_byte_count && chunk != NULL) {
        arena->waiting = chunk->next;
    } else {
        size_t byte_count = needed <= chunk_byte_count ? chunk_byte_count : needed;
        chunk = system_malloc(byte_count);
        chunk->byte_count = byte_count;
    }
    chunk->next = arena->used;
    arena->used = chunk;
    arena->next = (char *)(chunk + 1);
    arena->end = (char *)chunk + chunk->byte_count;
}

void *arena_malloc(size_t size) {
    Arena *arena = current;
    size_t class = class_of(size);
    void *block = arena->free[class];
    if (block != NULL) {
        memcpy(&arena->free[class], block, sizeof(void *));
        return block;
    }
    size_t needed = sizeof(Header) + size_of(class);
    if ((size_t)(arena->end - arena->next) < needed) add_chunk(arena, needed);
    Header *header = (Header *)arena->next;
    arena->next += needed;
    header->class = class;
    return header + 1;
}

void *arena_calloc(size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) give_up(SIZE_MAX);
    return memset(arena_malloc(total), 0, total);
}

void arena_free(void *block) {
    if (block == NULL) return;
    Arena *arena = current;
    size_t class = ((Header *)block - 1)->class;
    memcpy(block, &arena->free[class], sizeof(void *));
    arena->free[class] = block;
}

void *arena_realloc(void *block, size_t size) {
    if (block == NULL) return arena_malloc(size);
    size_t class = ((Header *)block - 1)->class;
    if (size <= size_of(class)) return block;
    void *larger = arena_malloc(size);
    memcpy(larger, block, size_of(class));
    arena_free(block);
    return larger;
}
