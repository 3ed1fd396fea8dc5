export class Connection {
  query(text: string): void {
    hidden();
    function hidden() {}
  }
}

export function connect(): Connection {
  return new Connection();
}
