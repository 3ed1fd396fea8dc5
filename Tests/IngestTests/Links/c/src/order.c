#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <shop/order.h>
#include "util.h"
#include "missing.h"

int order_count = 0;
static int limit = SHOP_LIMIT;

static int check(const struct order *order, int amount);
static void reset(void);

static int open_order(struct order *order) { return check(order, 1); }
static int close_order(struct order *order) { return 0; }

static const struct ops ops = {
    .open = open_order,
    .close = close_order,
};

struct order *order_new(card *payment) {
    struct order *order = calloc(1, sizeof(struct order));
    order->payment = payment;
    order->ops = &ops;
    order->basket.count = SHOP_MAX(1, limit);
    order_count++;
    return order;
}

int order_total(const struct order *order) {
    int sum = 0;
    for (line_t *line = order->lines; line; line = line->next) {
        sum += line->price;
    }
    for (int limit = 0; limit < 3; limit++) {
        sum += limit;
    }
    return sum + order->lines[0].price + order->lines->next->price;
}

static int check(const struct order *order, int amount) {
    return amount < limit && order != NULL;
}

static void reset(void) {
    order_count = 0;
}

int order_pay(struct order *order, int amount) {
    int (*charge)(card *, int) = card_charge;
    if (!check(order, amount))
        return STATE_NEW;
    charge(order->payment, amount);
    card_charge(order->payment->backup, amount);
    order->then(order, amount);
    order->ops->open(order);
    (*order->ops->close)(order);
    order_log("paid %d", amount);
    printf("%d\n", util_twice(amount));
    order_external(1);
    undeclared(1);
    helper(1);
    reset();
    {
        int check = amount;
        order_count += check;
    }
    basket_ptr basket = &order->basket;
    basket->count = 1;
    ((card *)order->payment)->number = 2;
    enum state state = STATE_DONE;
    return order_is_new(order) ? state : handle(order, check);
}

int handle(struct order *order, int (*check)(const struct order *, int)) {
    return check(order, 1);
}

#ifdef _WIN32
void order_log(const char *format, ...) { puts(format); }
#else
void order_log(const char *format, ...) { fputs(format, stderr); }
#endif
