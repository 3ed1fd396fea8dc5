#ifndef SHOP_ORDER_H
#define SHOP_ORDER_H

#include <stddef.h>
#include "card.h"

#define SHOP_LIMIT 10
#define SHOP_MAX(a, b) ((a) > (b) ? (a) : (b))

typedef struct line {
    int price;
    struct line *next;
} line_t;

typedef struct {
    size_t count;
} basket, *basket_ptr;

struct order;
typedef int (*handler)(struct order *, int amount);

struct ops {
    int (*open)(struct order *);
    int (*close)(struct order *);
};

struct order {
    line_t *lines;
    card *payment;
    handler then;
    const struct ops *ops;
    basket basket;
    struct {
        int depth;
    } inner;
};

enum state { STATE_NEW, STATE_DONE = 3 };

extern int order_count;

struct order *order_new(card *payment);
int order_total(const struct order *order);
int order_pay(struct order *order, int amount);
void order_log(const char *format, ...);
int order_external(int n);

static inline int order_is_new(const struct order *order) {
    return order_total(order) == STATE_NEW;
}

#endif
