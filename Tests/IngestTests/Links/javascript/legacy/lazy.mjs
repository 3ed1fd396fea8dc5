export function start() {
  later();
}

const later = async () => start();

export default { start, later: start };
