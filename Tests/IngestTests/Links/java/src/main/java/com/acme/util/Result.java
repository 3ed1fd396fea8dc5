package com.acme.util;

import java.util.function.Function;

public class Result<T extends Named> {
    private final T value;

    public Result(T value) { this.value = value; }

    public T get() { return value; }

    public String label() { return value.name(); }

    public <R extends Named> R as(R other) { return other; }

    public <N extends Named> Result<N> map(Function<T, N> change) {
        return new Result<>(change.apply(value));
    }

    public interface Named {
        String name();

        default String title() { return name().trim(); }
    }
}
