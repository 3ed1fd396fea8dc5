export * from './text';
export { default as render, trim as strip } from './text';
export * as text from './text.js';
import { log } from './log';
export { log };
export default { log, strip: log };
