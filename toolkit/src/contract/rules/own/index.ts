import type { OwnRule } from '../rule.ts';
import {
  clearanceCoversData,
  personalDataNeedsRetention,
  publicApisArePublic,
  retentionHolds,
} from './classification.ts';
import { callsAreToOthers, scaleIsPossible, versionsAscend } from './consistency.ts';
import { namesAreUnique, portsAreUnique } from './duplicates.ts';

/** What one contract must keep by itself. */
export const ownRules: readonly OwnRule[] = [
  callsAreToOthers,
  clearanceCoversData,
  namesAreUnique,
  personalDataNeedsRetention,
  portsAreUnique,
  publicApisArePublic,
  retentionHolds,
  scaleIsPossible,
  versionsAscend,
];
