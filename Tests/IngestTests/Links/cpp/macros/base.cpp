#include "base.h"

KIT_BEGIN_NAMESPACE

std::string detail::join(kit::View a, const int count) { return a.data(); }

// No definition of what the header declares: it takes something else.
std::string show(int number) { return ""; }

KIT_END_NAMESPACE

// A namespace that is opened in the text as well.
namespace kit {
namespace detail {
std::string twice(View view) { return join(view, 2); }
}

std::string plain() { return show(View("a")); }
}

int ready() { return 1; }
