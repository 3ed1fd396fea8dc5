import { Order, Line as Row, type Entity } from './model';
import render, { Mode, reveal } from '../util/text';
import { EventEmitter } from 'events';
import helpers, { log as write, text, strip } from '../util';
import { missing } from './nowhere';
import { connect } from '@acme/core';
import { version } from 'react-dom/server';

export class Repository extends EventEmitter {
  private orders = new Map<string, Order>();
  private latest: Order | null = null;
  private readonly queue;

  constructor(private writer: Writer<Entity>, queue: Queue) {
    super();
    this.queue = queue;
  }

  async load(id: string): Promise<Order> {
    const found = this.orders.get(id);
    if (found) return found;
    const order = new Order(id, new Row(1));
    order.add(Row.none).add(Row.none).validate();
    this.latest = order;
    this.latest.setup();
    await this.queue.push(order);
    this.emit('load', order);
    return order;
  }

  async all(ids: string[]) {
    const first = await this.load(ids[0]);
    first.add(Row.none);
    for (const write of ids) write.save();
    ids.map((render) => render(1));
    try {
      this.writer.save(first);
    } catch (strip) {
      strip();
    }
    const { latest, queue: waiting } = this;
    latest?.setup();
    waiting.push(first);
    (first as unknown as Row).cost();
    helpers.log('x');
    helpers.strip('x');
    return ids.map(write);
  }

  report(mode: Mode = Mode.Fast) {
    write('a');
    text.pad('x', 1);
    text.reveal();
    strip('y');
    render('z');
    reveal();
    missing();
    connect().query('q');
    version();
    var render2 = render;
    render2('z');
    if (mode) {
      const reveal = this.load;
      reveal('x');
    }
    console.log(JSON.stringify([].map(String)));
    anything.validate();
    anything.push(1, 2);
    anything.depth();
  }
}

class Queue {
  items: Entity[] = [];
  push(item: Entity): number {
    item.owner.validate();
    return this.items.push(item);
  }
  depth() {}
}

export interface Writer<T> {
  save(item: T): void;
  save(item: T, force: boolean): void;
}
