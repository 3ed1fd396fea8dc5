#include "shop/card.hpp"

#include <cstdio>

namespace shop {

namespace {
int helper(int n) { return n; }
const int kLimit = 3;

class Hidden {
public:
    void run() { step(); }

private:
    void step() {}
};
}

static int once() { return 1; }

void Receipt::print() const { printf("receipt"); }

Receipt Gateway::receive(int amount) const {
    charge(amount);
    this->charge(amount);
    return Receipt();
}

Card *Card::make(int number) {
    Card *card = new Card();
    card->number = number;
    Hidden hidden;
    hidden.run();
    return card;
}

bool Card::charge(int amount) const {
    return helper(amount) > kLimit && once() && number > 0 && self().self().charge(1);
}

void Card::reset() {
    receive(1).print();
    Gateway::receive(2).print();
}

}
