export { type Incompatibility, incompatibilities } from './can-read.ts';
export { type BrokenPromise, checkCompatibility, type SchemaVersion } from './modes.ts';
