package com.acme.shop.pay;

import com.acme.shop.Money;

public interface Method {
    int LIMIT = 3;

    void pay(Money money);

    default void refund(Money money) { pay(money); }

    static Method create() { return new Card(); }

    static void charge(Money money) {}
}
