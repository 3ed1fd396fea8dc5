package com.acme.shop;

import com.acme.util.Result.Named;

public record Item(String name, Money price) implements Named {
    public static final Item NONE = new Item("none");

    public Item {
        check(name);
    }

    Item(String name) { this(name, Money.ZERO); }

    static void check(String name) {}

    public Money twice() { return price().plus(price); }
}
