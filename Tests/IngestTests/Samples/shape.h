#pragma once
#include <vector>
namespace geo {
class Shape {
public:
    virtual ~Shape() = default;
    virtual double area() const = 0;
private:
    std::vector<int> sides;
};
}
