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

/** A list's link. */
typedef struct Node { int v; struct Node *next; } Node;
typedef struct list_s { int z; } list_t, *list_p;
typedef struct { int w; } anonymous, *anonymous_p;
typedef union value { int i; float f; } value_t;
typedef enum level { LOW, HIGH } level;
typedef int first_t, *second_t;
struct EXPORT shown { int seen; };
TEST(group, works) { buffer_add(0, 'a'); }

static inline FORMAT_OF(1, (2)) const char *translated(const char *text)
{
	return text;
}
