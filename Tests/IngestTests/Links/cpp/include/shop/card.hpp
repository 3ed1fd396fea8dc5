#pragma once

namespace shop {

struct Receipt {
    void print() const;
};

class Gateway {
public:
    virtual ~Gateway() {}
    virtual bool charge(int amount) const = 0;
    Receipt receive(int amount) const;
};

class Printable {
public:
    void print() const {}
};

class Card : public Gateway {
public:
    static Card *make(int number);
    bool charge(int amount) const override;
    const Card &self() const { return *this; }
    int number = 0;
    void reset();
};

}
