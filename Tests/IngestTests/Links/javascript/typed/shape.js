class Sphere {
  volume() {
    return 1;
  }
  stretch(by) {
    return this;
  }
}
exports.Sphere = Sphere;
