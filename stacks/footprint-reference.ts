import { type Footprint, sumFootprints } from '../components/kit/footprint.ts';
import { planContext } from '../components/kit/plan-context.ts';
import { type ProfileName, profileNames } from '../components/kit/profile.ts';
import { formatBytes, formatCores } from '../components/kit/quantity.ts';
import type { Registry } from '../components/kit/registry.ts';
import { readEnvironment } from './environment.ts';
import { code, markdownTable } from './markdown.ts';

/** What one implementation asks for in one size. */
interface Size extends Footprint {
  capability: string;
  implementation: string;
  isDefault: boolean;
  profile: ProfileName;
}

/** What every implementation asks of a cluster in every size, as a Markdown page. */
export function footprintReference(registry: Registry): string {
  const sizes = footprints(registry);
  const isOn = ({ capability, isDefault, profile }: Size) =>
    isDefault &&
    registry.some((entry) => entry.capability.name === capability && entry.capability.onIn.includes(profile));
  return [
    '# Footprint',
    '',
    'What each implementation asks of a cluster in each profile: the requests of all its pods together, those that its operators make included, and their disks. Nodes need room for themselves besides, and for a pod more of whatever is being restarted. This page is generated from the code by `npm run generate`; `ninefold up` says the same for an environment with its own settings.',
    '',
    '## A platform of defaults',
    '',
    'Every capability that is on by default, by its default implementation.',
    '',
    markdownTable(
      ['Profile', 'Pods', 'CPU', 'Memory', 'Disk'],
      profileNames.map((profile) => [
        profile,
        ...cells(sumFootprints(sizes.filter((one) => one.profile === profile && isOn(one)))),
      ]),
    ),
    '',
    '## By implementation',
    '',
    markdownTable(
      ['Capability', 'Implementation', 'Profile', 'Pods', 'CPU', 'Memory', 'Disk'],
      sizes.map((size) => [size.capability, code(size.implementation), size.profile, ...cells(size)]),
    ),
    '',
  ].join('\n');
}

function footprints(registry: Registry): Size[] {
  return registry.flatMap(({ capability, implementations }) =>
    implementations.flatMap((implementation, index) =>
      profileNames.map((profile) => {
        const { environment } = readEnvironment('reference', { profile }, registry);
        const context = planContext(environment, implementation.sizes[profile]);
        return {
          capability: capability.name,
          implementation: implementation.name,
          isDefault: index === 0,
          profile,
          ...implementation.footprint(context),
        };
      }),
    ),
  );
}

function cells({ pods, cpu, memory, disk }: Footprint): string[] {
  return [`${pods}`, formatCores(cpu), formatBytes(memory), disk > 0 ? formatBytes(disk) : ''];
}
