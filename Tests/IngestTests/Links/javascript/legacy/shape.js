'use strict';
const { inherits } = require('util');
const point = require('./point');

function Shape(origin) {
  this.origin = origin;
  this.area();
}

Shape.prototype.area = function () {
  return this.scale(2) + point.distance(this.origin);
};

Shape.create = function (x) {
  return new Shape(x);
};

inherits(Shape, point.Point);
module.exports = Shape;
module.exports.unit = unit;

function unit() {
  var self = this;
  if (self) {
    var area = 1;
  }
  area();
  return Shape.create(0);
}
