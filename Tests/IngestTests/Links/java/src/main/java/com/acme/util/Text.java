package com.acme.util;

import java.util.List;
import static java.util.Objects.requireNonNull;

public final class Text {
    public static final String EMPTY = "";
    private static int count;

    static {
        int count = 1;
        trace(count);
        Runnable log = () -> trace(Text.count);
        log.run();
    }

    private Text() {}

    public static String join(String... parts) {
        return join(", ", List.of(parts));
    }

    public static String join(String separator, List<String> parts) {
        requireNonNull(separator);
        StringBuilder out = new StringBuilder();
        for (String part : parts) out.append(part).append(separator);
        return out.toString();
    }

    public static String pad(String text, int width) { return text + width; }

    public static String pad(String text, String with) { return text + with; }

    static void trace(int value) { System.out.println(value); }
}
