package a.b;

import java.util.List;
import static a.c.Helper.*;

/** A session. */
@Service("x")
public class Sample<T extends Base> extends Parent<T> implements Store, Other {
    private final int id = 1, count;
    public static final String NAME = "a";

    /** Makes one. */
    public Sample(int id) {
        super(id);
        this.id = id;
    }

    @Override
    protected <U> List<U> refresh(Map<String, U> m) throws IOException {
        if (m == null && count > 1) { helper(m.get("a").size()); }
        for (int i : xs) { new Item<>(i).touch(); }
        Runnable r = () -> Sample.run(this::refresh);
        return a ? b : c;
    }

    static class Inner { void go() {} }

    enum Color { RED, GREEN(1) { void x() {} }; void y() {} }
}

interface Store extends Closeable { int LIMIT = 3; void put(String k); default int n() { return 1; } }

record Point(int x, Other y) implements Store { Point { check(x); } }

@interface Note { String value() default ""; }

class SampleTests {
    @Test void works() { assertEquals(1, new Sample(1).id()); }
    @org.junit.jupiter.api.BeforeEach void setUp() {}
    void helper() {}
}

class Advice {
    @Before("execution(* *(..))") void advice() {}
    @Before void setUp() {}
}
