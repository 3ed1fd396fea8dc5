#include "base.h"

// What is outside of the namespace is not in it.
std::string other(kit::View view);

TEST_CASE("paint") { other("a"); }

void drive() {
  kit::View view("a");
  kit::detail::join(view, view);
  kit::detail::join(view, 2);
  kit::detail::twice(view);
  kit::plain();
  auto color = kit::Color::green;
}

using kit::show;

int paint() { return show("a").size(); }

// The test is called so, and is no function.
int again() { return paint(); }

int wait() { return ready(); }
