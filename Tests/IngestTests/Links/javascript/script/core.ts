namespace app {
  export function each(list: unknown[]) {
    return count(list);
  }

  function count(list: unknown[]) {
    return list.length;
  }

  export namespace Debug {
    export function fail() {}
  }
}

declare namespace ambient {
  function known(): void;
}

function atTop() {}
