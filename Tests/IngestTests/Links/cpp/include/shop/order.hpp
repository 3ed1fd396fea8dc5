#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "shop/card.hpp"

namespace shop {

class Store;

enum class State { New, Done };
enum Color { Red, Green };

struct Line {
    int price = 0;
    int total(int factor) const { return price * factor; }
    static Line parse(const std::string &text);
};

class Entity {
public:
    explicit Entity(std::string name);
    virtual ~Entity() = default;
    virtual void describe() const;
    void reset(int n = 1);

protected:
    std::string name_;
    static int count_;
};

class Order : public Entity, private Printable {
public:
    using Lines = std::vector<Line>;
    typedef Card Payment;

    Order(Card *card, int number);
    explicit Order(int number);

    int total() const;
    int total(int factor) const;
    void pay(const Gateway &gateway, int amount = 1);
    Line &operator[](int index);
    void describe() const override;
    State state() const { return state_; }
    Line *first();

    class Builder {
    public:
        Builder &with(const Line &line);
        Order build();

    private:
        Lines lines_;
    };

private:
    void check(int amount) const;

    Lines lines_;
    Line single_;
    Card *card_ = nullptr;
    std::unique_ptr<Card> owned_;
    std::shared_ptr<Store> store_;
    std::map<int, Line> index_;
    Payment payment_;
    State state_ = State::New;
};

template <typename T>
T largest(const T &a, const T &b) {
    return a.total() > b.total() ? a : b;
}

int helper(int n);

namespace detail {
int helper(int n);
inline int twice(int n) { return helper(n) * 2; }
}

}
