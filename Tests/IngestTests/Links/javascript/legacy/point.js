class Point {
  constructor(x) {
    this.x = x;
    this.norm = new Norm();
  }
  length() {
    return this.norm.of(this) + this.norm.missing();
  }
}

class Norm {
  of(value) {
    return value;
  }
}

function distance(a) {
  return new Point(a).length();
}

module.exports = { Point, distance, far: distance, near() { return far(1); } };
