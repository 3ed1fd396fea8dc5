#include "util.h"

struct node {
    struct node *next;
};

int util_twice(n)
    int n;
{
    return n * 2;
}

int helper(struct node *node) {
    return helper(node->next);
}

#ifdef SHOP_PREFIX
#define util_write shop_util_write
#endif

enum util_kind { UTIL_PLAIN };

void util_write(int kind) {}

void util_all(void) {
    util_write(1);
    util_kind(2);
}
