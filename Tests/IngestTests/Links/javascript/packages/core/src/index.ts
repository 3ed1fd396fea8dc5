export * from './connection';
export { connect as default } from './connection';
