package com.acme.shop.pay;

import com.acme.shop.*;

public class Card implements Method, AutoCloseable {
    private final Money money = new Money(1);

    @Override
    public void pay(Money money) {
        money.plus(this.money);
        Method.super.refund(money);
        log("paid", LIMIT);
    }

    int limit() { return LIMIT; }

    private void log(String... words) {}

    @Override
    public void close() { new Helper(2).run(); }

    public static class Declined extends Exception {
        String reason() { return getMessage(); }
    }
}

class Helper implements Runnable {
    private final int count;

    Helper(int count) { this.count = count; }

    public void run() { count(count); }

    private void count(int count) { Helper.this.count(count); }
}
