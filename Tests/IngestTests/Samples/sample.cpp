#include <vector>
#include "my/head.h"
namespace ns { namespace in {
template <typename T, class U = int>
class Foo : public Base<T>, private other::Mix {
 public:
  explicit Foo(int a) : a_(a), b_{2} {}
  ~Foo();
  virtual int run(const Bar& b) const = 0;
  static int make();
  Foo& operator=(const Foo&) = delete;
  operator bool() const { return a_; }
  template <class V> void tm(V v);
  int a_, *b_;
  std::vector<int> v_;
  enum class E { A, B = 2 };
  using Al = int;
  friend class Q;
};
}}
int ns::Foo::make() { return helper<int>(1) + obj->method(2).x(); }
template<> void Foo<int>::tm(int v) {}
static const int K = 3;
int g, h = 2;
extern int ex;
typedef struct S_ { int x; } S;
typedef int (*fp)(int);
struct P; 
union UU { int a; };
enum Old { O1, O2 };
#define MAX(a,b) ((a)>(b)?(a):(b))
#define N 1
using namespace std;
using std::swap;
auto lam = [](int x) { return x; };
int proto(int a, char *b);
char *ptrfn(void) { new Foo(1); delete x; throw Err("a"); return (char*)0; }
class Foo2 final { int z; };
concept X = true;
ns::in::Foo<int> var(1);
