#include "../include/shop/order.h"

static void usage(void) {}

void help(void) { usage(); }

int main(int argc, char **argv) {
    struct order *order = order_new(card_open(argc));
    order_pay(order, order_total(order));
    usage();
    help();
    shared();
    return main(0, argv);
}
