/* A tag and a function may have one name: a name alone is never the tag. */
struct node { int x; };
enum colour { RED };
typedef int (*maker)(int);
struct makers { maker make; };

int node(int a) { return a; }

static void reg(maker given) { given(1); }

int count(void) {
  maker make = node;
  struct makers all = { .make = node };
  struct node one = { 1 };
  enum colour paint = RED;
  reg(&node);
  reg(node);
  return node(one.x) + paint + all.make(2) + make(3);
}
