const Shape = require('./shape');
const { distance, far: remote, near } = require('./point');
const { unit } = require('./shape.js');
const tool = require('./tool');
const point = require('./point');
import('./lazy.mjs').then((lazy) => lazy.start());

exports.run = function () {
  const shape = new Shape(1);
  shape.area();
  Shape.create(1);
  unit();
  distance(1);
  remote(2);
  near();
  tool();
  tool.helper();
  point.Point.name;
  new point.Point(1).length();
  run();
};

exports.distance = distance;

async function start(distance) {
  distance();
  const lazy = await import('./lazy.mjs');
  lazy.start();
  lazy.default.start();
  point.near();
  let walker = new point.Point(1);
  if (distance) walker = tool;
  walker.length();
  switch (distance) {
    case 1:
      const remote = walker;
      remote();
  }
  remote();
}
