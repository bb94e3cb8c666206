/**
 * What tests of services need: a clock that is moved by hand, faults that are planned, and chance that repeats.
 *
 * @module
 */
export { FaultPlan, type FaultPlanOptions, type FaultRule, type InjectedFault } from './fault-plan.ts';
export { seededRandom } from './seeded-random.ts';
export { VirtualClock, type VirtualClockOptions } from './virtual-clock.ts';
