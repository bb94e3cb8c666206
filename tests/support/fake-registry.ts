import * as z from 'zod';
import type { Capability, Implementation } from '../../components/kit/capability.ts';
import type { CapabilityName } from '../../components/kit/capability-types.ts';
import { emptyFootprint, type Footprint } from '../../components/kit/footprint.ts';
import type { CrdBundle } from '../../components/kit/kinds.ts';
import type { RegisteredCapability, Registry } from '../../components/kit/registry.ts';
import type { Violation } from '../../components/kit/violation.ts';

/** What a made-up capability is about, for tests of what is decided before any component runs. */
export interface FakeCapability {
  name: string;
  requires?: readonly string[];
  namespaces?: readonly string[];
  kubernetes?: string;
  footprint?: Partial<Footprint>;
  crds?: readonly CrdBundle[];
  check?: () => Violation[];
}

/** A registry of made-up capabilities, each with one implementation called `standard`. */
export function fakeRegistry(capabilities: readonly FakeCapability[]): Registry {
  return capabilities.map(fakeEntry);
}

function fakeEntry(fake: FakeCapability): RegisteredCapability {
  // The names of made-up capabilities are not in the type map; everything else is typed.
  const name = fake.name as CapabilityName;
  const capability = {
    name,
    principle: 1,
    title: fake.name,
    summary: `Made up: ${fake.name}.`,
    facts: z.unknown(),
    needs: z.unknown(),
    onIn: ['minimal', 'small', 'production'],
  } as unknown as Capability;
  const settings = z.strictObject({
    replicas: z.int().min(1).max(9).describe('How many.'),
    nested: z.strictObject({ text: z.string(), list: z.array(z.string()) }),
  });
  const size = { replicas: 1, nested: { text: 'plain', list: ['a'] } };
  const implementation = {
    capability: name,
    name: 'standard',
    title: `Standard ${fake.name}`,
    token: `ninefold:${fake.name}:Standard`,
    settings,
    sizes: { minimal: size, small: size, production: { ...size, replicas: 3 } },
    upstreams: [
      {
        name: fake.name,
        title: `Standard ${fake.name}`,
        version: '1.0.0',
        licence: 'Apache-2.0',
        source: { type: 'manifest', url: 'https://example.org/release.yaml' },
        images: [],
        kubernetes: fake.kubernetes ?? '*',
        homepage: 'https://example.org',
      },
    ],
    crds: fake.crds ?? [],
    kinds: (fake.crds ?? []).flatMap((bundle) => [...bundle.kinds]),
    namespaces: () => (fake.namespaces ?? [`ninefold-${fake.name}`]).map((one) => ({ name: one })),
    releases: () => [],
    requires: () => (fake.requires ?? []) as CapabilityName[],
    ...(fake.check ? { check: fake.check } : {}),
    facts: () => ({}),
    footprint: () => ({ ...emptyFootprint, ...fake.footprint }),
    listeners: () => [],
    exceptions: () => [],
    platform: () => undefined,
    bind: () => ({ environment: {}, secrets: [], egress: [], grantedBy: [] }),
  } as unknown as Implementation;
  return { capability, implementations: [implementation] };
}
