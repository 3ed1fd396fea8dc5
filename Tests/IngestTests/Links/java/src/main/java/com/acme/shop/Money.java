package com.acme.shop;

public class Money implements Comparable<Money> {
    public static final Money ZERO = new Money(0);
    final long cents;

    public Money(long cents) { this.cents = cents; }

    public Money plus(Money other) { return new Money(cents + other.cents); }

    public Money plus(Money first, Money second) { return plus(first).plus(second); }

    @Override
    public int compareTo(Money other) { return Long.compare(cents, other.cents); }

    static Money of(int euros) { return new Money(euros * 100); }
}
