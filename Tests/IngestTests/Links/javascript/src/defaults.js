// What a parameter is when it is not given is not what it is when it is.
export function plain() {}

export class Tool {
  run() {}
}

export function call(given = plain) {
  given();
}

export function run(tool = new Tool(), { given = plain } = {}) {
  tool.run();
  given();
}

// What a block declares at the top ends with it.
for (let plain = 0; plain < 3; plain++) {
  plain();
}
{
  const run = new Tool();
  run.run();
}
let kept = plain;
run(kept);
