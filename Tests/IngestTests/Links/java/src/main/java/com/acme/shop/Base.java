package com.acme.shop;

import java.util.Observable;

abstract class Base extends Observable {
    protected Store store = new Store();
    protected String label;

    Base(String label) { this.label = label; }

    Base() { this("base"); }

    protected void save(Item item) { store.put(item); }

    protected void save(Item item, boolean force) { save(item); }

    abstract void describe();

    static class Store {
        Item last;

        Store put(Item item) { last = item; return this; }

        Store put(String name) { return put(new Item(name)); }

        Store clear() { return this; }
    }
}
