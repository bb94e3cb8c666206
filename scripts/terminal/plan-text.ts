/** The plan of an environment in a few lines. */

import type { ObjectSources } from '../../components/kit/object-sources.ts';
import { layerNames, type Plan } from '../../components/kit/plan.ts';
import { formatBytes, formatCores } from '../../components/kit/quantity.ts';
import { implementationOf, type Registry } from '../../components/kit/registry.ts';
import type { Target } from '../engine/target.ts';
import { columns } from './columns.ts';
import type { Paint } from './style.ts';
import { count } from './words.ts';

/** Where an environment runs, in a few words. */
export function describePlace({ lab, existing }: Target): string {
  if (lab) return `the lab "${lab.name}" on this machine`;
  return `the cluster of the context "${existing?.context}"`;
}

/** What is going to stand, where, how big, and where it comes from. */
export function planText(
  plan: Plan,
  target: Target,
  registry: Registry,
  sources: ObjectSources,
  paint: Paint,
): string {
  const { environment, capabilities, footprint } = plan;
  const rows = capabilities.map((one) => {
    const { upstreams } = implementationOf(registry, one.capability, one.implementation);
    const { pods, cpu, memory } = one.footprint;
    return [
      paint('strong', one.capability),
      one.implementation,
      [...new Set(upstreams.map((upstream) => upstream.appVersion ?? upstream.version))].join(', '),
      paint('quiet', `${count(pods, 'pod')}, ${formatCores(cpu)} cores, ${formatBytes(memory)}`),
    ];
  });
  const { pods, cpu, memory, disk } = footprint;
  const size = [
    count(pods, 'pod'),
    `${formatCores(cpu)} cores`,
    `${formatBytes(memory)} memory`,
    ...(disk > 0 ? [`${formatBytes(disk)} disk`] : []),
  ].join(', ');
  const facts = [
    ['layers', layerNames.map((layer) => `${environment.name}.${layer}`).join(', then ')],
    ['asks for', size],
    ['definitions', definitionsText(plan, sources)],
  ];
  return [
    `${paint('strong', environment.name)}: profile ${environment.profile} on ${describePlace(target)}`,
    ...columns(rows),
    ...columns(facts.map(([name = '', text = '']) => [paint('quiet', name), text])),
  ].join('\n');
}

/** Where the definitions come from: how many kinds from each kind of source. */
function definitionsText(plan: Plan, sources: ObjectSources): string {
  const words = { vendored: 'vendored', mirror: 'from the mirror', 'stand-in': 'permissive stand-ins' };
  const origins = Map.groupBy(plan.crds, (planned) => sources.definitions(planned).origin);
  const parts = [...origins].map(([origin, bundles]) => {
    const kinds = bundles.reduce((sum, { kinds }) => sum + kinds.length, 0);
    return `${count(kinds, 'kind')} ${words[origin]} (${bundles.map(({ bundle }) => `${bundle.name} ${bundle.version}`).join(', ')})`;
  });
  return parts.length > 0 ? parts.join('; ') : 'none';
}
