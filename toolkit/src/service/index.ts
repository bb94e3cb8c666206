/**
 * A service as a whole: its parts, the order in which they start and stop, its health, and whether it uses only what
 * its contract grants.
 *
 * @module
 */
export type { Component } from './component.ts';
export { compareWithContract, type Difference, NotGrantedError } from './contract-check.ts';
export type { CheckResult, HealthCheck, HealthReport } from './health.ts';
export type { ServiceState } from './lifecycle.ts';
export type { ManagementOptions } from './management-server.ts';
export type {
  NeededApi,
  NeededBucket,
  NeededCall,
  NeededPublication,
  NeededQueue,
  NeededSubscription,
  Needs,
} from './needs.ts';
export { createService, type Service, type ServiceDescription, type ServiceOptions } from './service.ts';
