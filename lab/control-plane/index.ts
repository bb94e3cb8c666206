/** Runs real Kubernetes control planes on this machine. */
export { type ComponentName, componentNames } from './components.ts';
export type { RunningComponents } from './daemon.ts';
export { defaultStorageClass, storageProvisioner } from './defaults.ts';
export type { LabEvent, LabReport } from './events.ts';
export { findLab, listLabs, removeLab } from './find.ts';
export type { Lab } from './lab.ts';
export { LabError } from './lab-error.ts';
export { defaultNodes, type LabNodes, zones } from './nodes.ts';
export { type StartLabOptions, startLab } from './start.ts';
export { type StopLabOptions, stopLab } from './stop.ts';
