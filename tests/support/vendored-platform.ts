/** A registry of one capability that installs the chart and the manifest of the fixture. */
import type { CapabilityName } from '../../components/kit/capability-types.ts';
import type { Implementation } from '../../components/kit/capability.ts';
import { type CrdBundle, kindsOf } from '../../components/kit/kinds.ts';
import type { Plan } from '../../components/kit/plan.ts';
import { planEnvironment } from '../../components/kit/planner.ts';
import type { Registry } from '../../components/kit/registry.ts';
import type { ChartValues, ObjectChange } from '../../components/kit/release.ts';
import type { Scope } from '../../components/kit/scope.ts';
import type { Upstream } from '../../components/kit/upstream.ts';
import { InvalidInputError } from '../../components/kit/violation.ts';
import { readEnvironment } from '../../stacks/environment.ts';
import { fakeRegistry } from './fake-registry.ts';
import type { UpstreamServer } from './upstream-server.ts';

/** The namespace of the capability. */
export const namespace = 'ninefold-greetings';

/** How the fixture's releases are described otherwise than they are. */
export interface PlatformVariant {
  /** Where the chart comes from. @default 'repository' */
  from?: 'repository' | 'registry';
  version?: string;
  values?: ChartValues;
  chart?: Partial<Upstream>;
  manifest?: Partial<Upstream>;
  changes?: readonly ObjectChange[];
}

/** The platform of a test. */
export interface VendoredPlatform {
  registry: Registry;
  chart: Upstream;
  manifest: Upstream;
  bundles: readonly CrdBundle[];
}

/** The capability `greetings`, whose releases the server publishes. */
export function vendoredPlatform(server: UpstreamServer, variant: PlatformVariant = {}): VendoredPlatform {
  const { from = 'repository', version = '1.2.0', values = { replicas: 2 }, changes } = variant;
  const image = (path: string, tag: string) => ({ registry: 'registry.example.org', repository: path, tag });
  const common = { licence: 'Apache-2.0', kubernetes: '*', homepage: 'https://example.org' };
  const chart: Upstream = {
    ...common,
    name: 'greeter',
    title: 'Greeter',
    version,
    source: {
      type: 'chart',
      repository: from === 'registry' ? `oci://${server.host}/charts` : server.address('/charts'),
      chart: 'greeter-operator',
    },
    images: [image('greeter/operator', '3.4.5'), image('greeter/worker', '3.4.5')],
    ...variant.chart,
  };
  const manifest: Upstream = {
    ...common,
    name: 'mail',
    title: 'Mail',
    version: '2.0.1',
    source: {
      type: 'manifest',
      url: server.address('/mail/install.yaml'),
      namespacePlaceholder: 'PLACEHOLDER_NAMESPACE',
    },
    images: [image('mail/operator', '2.0.1'), image('mail/delivery', '2.0.1')],
    allowances: [
      { rule: 'left-out', subject: `Namespace/${namespace}`, reason: 'Namespaces are the foundation’s.' },
    ],
    ...variant.manifest,
  };
  const bundle = { licence: 'Apache-2.0', source: 'https://example.org', mirrorFolder: 'none' };
  const greetings: CrdBundle = {
    ...bundle,
    name: 'greeter',
    version: chart.version,
    from: { type: 'release', upstream: chart },
    kinds: Object.values(kindsOf('greeter.example.org', 'v1', { Greeting: 'greetings' })),
  };
  const postcards: CrdBundle = {
    ...bundle,
    name: 'mail',
    version: '2.0.1',
    from: { type: 'release', upstream: manifest },
    kinds: Object.values(kindsOf('mail.example.org', 'v1', { Postcard: 'postcards' })),
  };
  const bundles = [greetings, postcards];
  const [entry] = fakeRegistry([{ name: 'greetings', namespaces: [namespace], crds: bundles }]);
  if (!entry) throw new Error('the fake registry is empty');
  const implementation: Implementation = {
    ...(entry.implementations[0] as Implementation),
    upstreams: [chart, manifest],
    releases: () => [
      { upstream: chart, namespace, values },
      { upstream: manifest, namespace, ...(changes ? { changes } : {}) },
    ],
    platform: (scope: Scope) => {
      for (const upstream of [chart, manifest]) scope.release(upstream, () => []);
    },
  };
  return {
    registry: [{ capability: entry.capability, implementations: [implementation] }],
    chart,
    manifest,
    bundles,
  };
}

/** The plan of an environment that installs it. */
export function planOf(registry: Registry, content: Record<string, unknown> = {}): Plan {
  const read = readEnvironment('test', { cluster: { kind: 'lab' }, ...content }, registry);
  const planned = planEnvironment(read.environment, registry, { today: '2030-01-01' });
  const violations = [...read.violations, ...planned.violations];
  if (violations.length > 0 || !planned.plan) throw new InvalidInputError('the test', violations);
  return planned.plan;
}

/** The name of the capability. */
export const capability = 'greetings' as CapabilityName;
