#include "shape.hpp"

using namespace geo;

void Shape::Corner::round(const Shape &shape) { shape.area(1); }

// Not what the namespace has.
void plain(int a) {}
