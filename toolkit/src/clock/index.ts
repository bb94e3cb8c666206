/**
 * Time as a dependency: one small interface, the machine's own clock, and (in `@ninefold/toolkit/testing`) a
 * virtual one for tests.
 *
 * @module
 */
export { type Clock, sleepOn, type Timer } from './clock.ts';
export { systemClock } from './system-clock.ts';
