#include "shop/order.hpp"

#include <algorithm>

#include "store.hpp"

namespace shop {

int Entity::count_ = 0;

Entity::Entity(std::string name) : name_(std::move(name)) { reset(); }

void Entity::describe() const {}

void Entity::reset(int n) { count_ += n; }

Order::Order(Card *card, int number) : Entity("order"), card_(card) {
    reset(number);
    helper(number);
}

Order::Order(int number) : Order(nullptr, number) {}

int Order::total() const {
    int sum = single_.total(1);
    for (const Line &line : lines_) sum += line.total(1);
    for (const auto &line : lines_) sum += line.total(2);
    sum += lines_[0].total(3) + index_.at(1).total(4);
    auto best = std::max_element(lines_.begin(), lines_.end());
    return sum + total(1);
}

int Order::total(int factor) const { return total() * factor; }

void Order::check(int amount) const {
    if (amount > 1) total(amount);
}

void Order::pay(const Gateway &gateway, int amount) {
    check(amount);
    gateway.charge(amount);
    Receipt receipt = gateway.receive(amount);
    receipt.print();
    auto other = gateway.receive(amount);
    other.print();
    gateway.receive(amount).print();
    card_->charge(amount);
    owned_->reset();
    owned_.reset();
    owned_.get()->reset();
    (*owned_).charge(1);
    store_->save(*this, 1);
    payment_.charge(1);
    print();
    describe();
    Entity::describe();
    detail::helper(1);
    detail::twice(2);
    shop::helper(2);
    ::shop::helper(3);
    Card::make(1)->charge(2);
    auto made = std::make_unique<Card>();
    made->charge(1);
    auto lambda = [this, copy = card_](int check, const Card &card) {
        card.charge(check);
        copy->charge(1);
        this->total();
        return total(check);
    };
    lambda(1, *card_);
    Line line = Line::parse("x");
    line.total(1);
    (*this)[0].total(1);
    Order order(card_, 1);
    Order single{2};
    order[0].total(2);
    order.total();
    Order *copy = new Order(3);
    copy->total(1);
    delete copy;
    Builder().with(line).build().total();
    largest(order, single);
    if (auto *first = order.first()) first->total(1);
    try {
        save(1);
    } catch (const Receipt &problem) {
        problem.print();
    }
    static_cast<const Card &>(gateway).reset();
    int helper = amount;
    helper++;
    switch (state_) {
    case State::New: break;
    default: break;
    }
    Color color = Red;
    auto unknown = missing(color);
    unknown.onlyInStore();
    unknown.size();
}

Line *Order::first() { return &lines_.front(); }

Line &Order::operator[](int index) { return lines_[index]; }

void Order::describe() const {
    Entity::describe();
    std::sort(lines_.begin(), lines_.end());
}

Order::Builder &Order::Builder::with(const Line &line) {
    lines_.push_back(line);
    return *this;
}

Order Order::Builder::build() { return Order(1); }

int helper(int n) { return n; }

namespace detail {
int helper(int n) { return shop::helper(n); }
}

}
