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
// What belongs to a name space is no method.
int ns::in::free_one() { return 1; }
/// The macro is none of its name.
class LEVELDB_EXPORT Status : public Base {
 public:
  Status() noexcept : state_(nullptr) {}
  ~Status() { delete[] state_; }
  Status(const Status& rhs);
  static Status OK() { return Status(); }
  std::string ToString() const;
 private:
  enum Code { kOk = 0 };
  const char* state_;
};
class EXPORT Two : public A, public B { int x; };
class EXPORT NODISCARD Both final : public Base<int> { int x; };
template <> struct EXPORT Special<int> { int x; };
TEST(Suite, Adds) { EXPECT_EQ(1, helper()); }
TEST_F(Fixture, Works) { helper(); }
TYPED_TEST(Typed, Works) {}
BOOST_AUTO_TEST_CASE(boost_works) { helper(); }
namespace cases {
TEST_CASE("does all", "[fast]") {
  SECTION("one") { helper(); }
}
SCENARIO("a story") { helper(); }
}
TEST_CASE_METHOD(Fixture, "with a fixture") {}
int after_all() { return TEST(1, 2); }
