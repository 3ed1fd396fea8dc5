export interface Store {
  put(key: string): void;
  put(key: string, value: number): void;
  put(keys: string[], value?: number): void;
}

export declare function open(path: string): Store;
export declare function open(path: URL): Store;

export function run(store: Store, anything: any) {
  store.put('a');
  store.put('a', 1);
  open('x').put('b');
  anything.volume();
}

export interface Kind {
  name: string;
}

export function typed() {
  const Kind = open('x');
  const given = (kind: Kind) => kind.name;
  return given;
}
