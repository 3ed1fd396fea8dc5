import { trim } from '../util';

export interface Entity {
  id: string;
  validate(deep?: boolean): boolean;
  owner?: Entity;
}

export abstract class Base implements Entity {
  id = '';
  owner?: Base;
  protected constructor(readonly name: string) {
    this.setup();
  }
  abstract setup(): void;
  validate(): boolean {
    return trim(this.name) !== '' && !!this.owner?.validate();
  }
  static of<T extends Base>(make: () => T): T {
    return make();
  }
}

export class Order extends Base {
  lines: Line[] = [];
  total: number;
  constructor(name: string, private first: Line) {
    super(name);
    this.total = first.cost();
  }
  setup() {
    super.validate();
    this.first.cost();
  }
  add(line: Line): Order {
    this.lines.push(line);
    line.cost();
    const check = () => this.validate();
    function validate() {
      this.setup();
    }
    validate();
    return check() ? this : new Order('x', line);
  }
  static empty(): Order {
    return new this('', Line.none).add(Line.none);
  }
}

export class Line {
  static none = new Line(0);
  constructor(private price: number) {}
  cost(): number {
    return this.price;
  }
}
