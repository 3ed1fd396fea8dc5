#pragma once
#include <string>

#define KIT_BEGIN_NAMESPACE \
  namespace kit {           \
  inline namespace v2 {
#define KIT_END_NAMESPACE }}
#define KIT_EXPORT_BEGIN
#define KIT_EXPORT_END
#define KIT_API
#define KIT_CONSTEXPR constexpr

KIT_BEGIN_NAMESPACE
KIT_EXPORT_BEGIN

enum class Color { red, green };

KIT_EXPORT_END

class View {
 public:
  KIT_CONSTEXPR View(const char *text) : text_(text) {}
  KIT_API const char *data() const { return text_; }

 private:
  const char *text_;
};

namespace detail {
KIT_API std::string join(View a, View b);
KIT_API std::string join(View a, int count);
}

KIT_API std::string show(View view);
template <typename T> KIT_API std::string show(T value, int width) { return show(value); }

KIT_END_NAMESPACE

int ready(void);
