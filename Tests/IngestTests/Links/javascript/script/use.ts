namespace app {
  export class Runner {
    run() {
      each([]);
      count([]);
      Debug.fail();
      app.each([]);
      ambient.known();
      atTop();
    }
  }
}

namespace app.deep {
  export function go() {
    each([]);
    new Runner().run();
  }
}
