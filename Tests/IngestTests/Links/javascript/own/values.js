// Values that a class gives itself are no members of a base from outside.
import { EventEmitter } from "events";

class Reader extends EventEmitter {
  constructor(options) {
    super();
    this.callback = null;
    this.options = options;
  }

  take() {
    this.callback();
    this.options.check();
    this.emit("take");
  }
}

class Late extends Reader {}

class Other extends EventEmitter {}

new Late({});
new Other({});
