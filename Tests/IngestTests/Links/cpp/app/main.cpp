#include <iostream>

#include "shop/order.hpp"

using namespace shop;
using shop::detail::twice;
namespace inner = shop::detail;

static int helper() { return 1; }

struct Local {
    Order order{1};
    int run(int n) { return order.total(n); }
};

int main() {
    Order order(Card::make(1), 2);
    order.pay(*Card::make(2));
    Local local;
    local.run(1);
    local.order.describe();
    twice(1);
    inner::twice(2);
    helper();
    const Order::Lines lines;
    std::cout << order.total() << std::endl;
    using Pay = shop::Card;
    Pay pay;
    pay.charge(1);
    Green;
    return main2();
}
