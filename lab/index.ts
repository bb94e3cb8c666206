/** The lab: a real control plane on this machine and the programs that it needs. */
export * from './control-plane/index.ts';
export * from './toolchain/index.ts';
