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
