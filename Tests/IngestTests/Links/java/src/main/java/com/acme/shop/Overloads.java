package com.acme.shop;

class Overloads {
    static class Base {
        void log(byte[] bytes) {}
    }

    static class Derived extends Base {
        void log(String text) {}

        void log(Item item) {}
    }

    static int put(int value) { return value; }

    static int put(long value) { return 1; }

    static int put(String value) { return 2; }

    static int put(Object value) { return 3; }

    static int put(int[] values) { return 4; }

    static int put(Item item) { return 5; }

    static <T> int any(T value) { return 6; }

    static int any(int[] values) { return 7; }

    Overloads(Item item) {}

    Overloads(String text) {}

    void run(long big, Item item, Special special, Object thing, char letter, byte[] bytes) {
        put(1);
        put(2L);
        put(big + 1);
        put("a" + 1);
        put(item);
        put(special);
        put(thing);
        put(new int[] {1});
        put(true);
        put(Unknown.make());
        any(item);
        any(new int[3]);
        new Overloads(item);
        new Overloads("text");
        Derived derived = new Derived();
        derived.log("text");
        derived.log(item);
        derived.log(bytes);
    }

    static class Special extends Item {}

    static int many(long value) { return 1; }

    static int many(Object value) { return 2; }

    static int many(int... values) { return 3; }

    void widened(char letter, int[] numbers) {
        many(letter);
        many('a');
        many(numbers);
        many(1, 2);
    }

    static class Taker {
        void take(String text) {}
    }

    static class Other extends Taker {
        void take(Object thing) {}

        void run(Item item) {
            take("text");
            take(item);
            take(unknown());
        }
    }

    interface First {
        default void meet() {}
    }

    interface Second extends First {
        default void meet() {}
    }

    static class Both implements First, Second {
        void run() { meet(); }
    }

    static class Node {}

    static class Tree extends Node {
        static class Node {}
    }
}
