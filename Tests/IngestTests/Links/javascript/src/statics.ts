type Problem = { code: number };

class Base {
  get(name: string) {
    return name;
  }

  static of() {
    return new Base();
  }
}

class Path extends Base {
  static get(options: object) {
    return new Path();
  }

  run() {
    this.get("a");
    Path.get({});
    Path.of().get("b");
    throw new Problem();
  }
}
