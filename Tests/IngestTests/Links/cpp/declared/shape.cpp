#include "shape.hpp"

namespace geo {

int total = 1;

Shape::Shape(int size) : size_(size) {}
Shape::~Shape() {}
int Shape::area() const { return size_; }
int Shape::area() { return size_ + 1; }
int Shape::area(int scale) const { return size_ * scale; }
// Takes something else than what is declared.
int Shape::width(int scale) const { return size_ * scale; }
bool Shape::operator==(const Shape &other) const { return size_ == other.size_; }
void Shape::locked(int n) const {}
void Shape::draw() { locked(area()); }

int measure(const Shape &shape) { return shape.area(); }
// Nobody else sees it.
static int measure(int size) { return size; }

class Own {
 public:
  int run();
};

int Own::run() { return measure(1); }

}

void geo::plain(int a) { geo::Shape::Corner().round(geo::Shape(a)); }
