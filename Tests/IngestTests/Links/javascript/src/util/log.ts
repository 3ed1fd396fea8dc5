import fs, { readFileSync } from 'node:fs';
import * as path from 'path';
import type { Stats } from 'fs';

class Logger {
  private lines: string[] = [];
  write(line: string, level?: number): this {
    this.lines.push(line);
    return this;
  }
  flush(): void {
    fs.writeFileSync(path.join('a', 'b'), readFileSync('x'));
  }
  get size(): number {
    return this.lines.length;
  }
}

const shared = new Logger();

export function log(line: string): Logger {
  return shared.write(line).write(line, shared.size);
}

export const levels = {
  debug(line: string) {
    return log(line);
  },
  info: (line: string) => levels.debug(line),
  nested: {
    warn() {
      info();
    },
  },
};
levels.info('x');
levels.warn();
function size(of: Stats) {
  return of.size;
}
