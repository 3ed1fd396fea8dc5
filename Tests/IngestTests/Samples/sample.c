#include <stdio.h>
#include "buffer.h"
#define LIMIT 10
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Where bytes wait. */
struct buffer {
    char *bytes;
    size_t count;
    int (*grow)(struct buffer *);
};

typedef struct { int x, y; } point;
typedef struct buffer buffer_t;
typedef int (*compare)(const void *, const void *);
enum color { RED, GREEN = 2 };
union word { int whole; char parts[4]; };

static int count;
extern int elsewhere;
const char *names[] = { "a", "b" };

int declared_only(int x);

/// Adds a byte.
int buffer_add(buffer_t *b, char c) {
    if (b->count == LIMIT && !b->grow(b)) {
        return -1;
    }
    for (int i = 0; i < 3; i++) count += MAX(i, 1);
    b->bytes[b->count++] = c;
    return printf("%c", c);
}

static char *find(struct buffer *b) {
    switch (b->count) {
    case 0: return NULL;
    default: return memchr(b->bytes, 'x', b->count);
    }
}
