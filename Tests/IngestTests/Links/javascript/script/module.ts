import { unit } from '../legacy/shape';

export function use() {
  unit();
  app.each([]);
  new app.Runner().run();
  atTop();
}
