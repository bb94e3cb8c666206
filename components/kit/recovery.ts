import type { Manifest } from './manifest.ts';

/** What is to come back. */
export interface WantedRecovery {
  /** Moment to recover to, as RFC 3339 writes it. @default the last one that was archived */
  targetTime?: string | undefined;
}

/** How what a capability keeps comes back from its backups. */
export interface RecoveryPlan {
  /** What to write into the capability's block of the environment. */
  settings: Readonly<Record<string, unknown>>;
  /** What those settings make of what is recovered. */
  objects: readonly Manifest[];
  /** What to do, in order, as Markdown. */
  runbook: string;
}
