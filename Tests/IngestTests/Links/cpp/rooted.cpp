void outer_call(int);
void outer_call(int) {}

struct Thing {
    void go() {}
};

namespace n {
struct Thing {
    void go() {}
};

void outer_call(Thing &thing) {
    ::outer_call(1);
    outer_call(thing);
    ::Thing other;
    other.go();
    thing.go();
    ::n::outer_call(thing);
}

void two(int a, int b) {}

void wrong(int a) {
    two(a);
}
}  // namespace n
