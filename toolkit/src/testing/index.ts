/**
 * What tests of services need: a clock that is moved by hand.
 *
 * @module
 */
export { VirtualClock, type VirtualClockOptions } from './virtual-clock.ts';
