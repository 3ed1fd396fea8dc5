#include "store.hpp"

using namespace shop;

void Store::save(const Order &order, int count) {
    Store copy;
    copy.onlyInStore();
    order.total();
    onlyInStore();
}
