#pragma once

namespace shop {
class Order;

class Store {
public:
    void save(const Order &order, int count);
    void onlyInStore() { save(*last_, 1); }

private:
    Order *last_;
};
}
