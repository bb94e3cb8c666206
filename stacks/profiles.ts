import type { ByProfile } from '../components/kit/profile.ts';

/** What a profile decides outside the capabilities. */
export interface ProfileDefaults {
  /** Whether what holds data is protected from deletion. */
  protection: boolean;
  /** Nodes of a lab: how many in each of its three zones, and how large. */
  labNodes: { perZone: number; cpu: string; memory: string };
}

/** The three profiles. What each means for a capability stands with its implementation, under `sizes`. */
export const profiles: ByProfile<ProfileDefaults> = {
  minimal: { protection: false, labNodes: { perZone: 1, cpu: '4', memory: '16Gi' } },
  small: { protection: false, labNodes: { perZone: 1, cpu: '8', memory: '32Gi' } },
  production: { protection: true, labNodes: { perZone: 3, cpu: '16', memory: '64Gi' } },
};

/** Zones of a lab. */
export const labZones = ['zone-a', 'zone-b', 'zone-c'] as const;
