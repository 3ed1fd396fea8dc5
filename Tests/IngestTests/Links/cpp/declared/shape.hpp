#pragma once

namespace geo {

class Shape {
 public:
  explicit Shape(int size);
  ~Shape();
  int area() const;
  int area();
  int area(int scale) const;
  int width(long scale) const;
  bool operator==(const Shape &other) const;
  operator bool() const;
  virtual void draw() = 0;
  int inside() const { return area(); }

  class Corner {
   public:
    void round(const Shape &shape);
  };

 private:
  int size_ GUARDED_BY(lock_) = 0;
  int *more_ GEO_PT_GUARDED_BY(lock_);
  void locked(int n) const EXCLUSIVE_LOCKS_REQUIRED(lock_, other_) LOCKS_EXCLUDED(third_);
  int lock_;
};

template <typename T>
class Box {
 public:
  T get(const T &other);
};

template <typename T>
T Box<T>::get(const T &other) { return other; }

int measure(const Shape &shape);
int measure(int size);
extern int total;
void plain(int a);

}

// Several that only templates tell apart: which is declared is not said.
template <typename T, typename = Whole<T>> int pick(T value);
template <typename T, typename = Whole<T>> int pick(T value) { return 1; }
template <typename T, typename = Part<T>> int pick(T value) { return 2; }

struct Turned {
  operator int *();
  operator int &() { return *n; }
  operator const int *() { return n; }
  int *n;
};

template <typename T> struct Made { int go(int n); };
template <> struct Made<int> { int go(int n) { return n; } };

// What a macro stands for is not known: the second is no definition of the first.
template <typename T> auto first(T &&list) RETURNS(list.first());
template <typename T> auto first(T &&list) -> Whole<T> { return list; }
