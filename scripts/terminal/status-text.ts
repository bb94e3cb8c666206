import type { CapabilityStatus, Status } from '../actions/status.ts';
import type { HealthState } from '../engine/health.ts';
import { columns } from './columns.ts';
import type { Paint, Role } from './style.ts';
import { count, enumerate } from './words.ts';

const healthRoles: Readonly<Record<HealthState, Role>> = {
  accepted: 'good',
  reconciled: 'good',
  unready: 'warning',
  incomplete: 'bad',
  unknown: 'quiet',
};

/** A status in words. */
export function statusText(status: Status, paint: Paint): string {
  const { environment, place, running, layers } = status;
  if (layers.length === 0)
    return `Nothing of ${environment} stands on ${place}. "npx ninefold up" brings it up.\n`;
  const standing = layers.map(({ layer, resources }) => `${layer} ${resources}`).join(', ');
  const lines = [
    `${paint('strong', environment)} on ${place}${running ? '' : paint('warning', ' (does not run)')}: ${standing} resources`,
    ...columns(status.capabilities.map((one) => capabilityRow(one, paint))),
    ...problemLines(status, paint),
    ...endpointLines(status, paint),
    ...noteLines(status, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function capabilityRow(
  { capability, implementation, version, health }: CapabilityStatus,
  paint: Paint,
): string[] {
  return [
    paint('strong', capability),
    implementation,
    version,
    paint(healthRoles[health.state], health.state),
    paint('quiet', count(health.objects, 'object')),
  ];
}

function problemLines({ capabilities }: Status, paint: Paint): string[] {
  return capabilities.flatMap(({ health }) => [
    ...health.missing.map((object) => `  ${paint('bad', 'missing')}  ${object}`),
    ...health.unready.map((object) => `  ${paint('warning', 'unready')}  ${object}`),
  ]);
}

function endpointLines({ capabilities }: Status, paint: Paint): string[] {
  const rows = capabilities.flatMap(({ capability, endpoints }) =>
    Object.entries(endpoints).map(([name, address]) => [paint('quiet', `${capability} ${name}`), address]),
  );
  return rows.length > 0 ? ['', 'Endpoints inside the cluster', ...columns(rows)] : [];
}

function noteLines(status: Status, paint: Paint): string[] {
  const { standIns, permissiveDefinitions, leftOut, holdsData, strays, unseen } = status;
  const objects = standIns.reduce((sum, one) => sum + one.objects, 0);
  const notes = [
    objects > 0 && ['stand-ins', `${objects}, for ${standIns.map(({ release }) => release).join(', ')}`],
    permissiveDefinitions.length > 0 && ['permissive', `definitions of ${permissiveDefinitions.join(', ')}`],
    leftOut.length > 0 && [
      'left out',
      enumerate(
        leftOut.map(({ object, part }) => (part ? `${object} (${part})` : object)),
        5,
      ),
    ],
    holdsData.length > 0 && [
      'holds data',
      enumerate(
        holdsData.map(({ object }) => object),
        5,
      ),
    ],
    strays.length > 0 && [paint('warning', 'in no state'), enumerate(strays, 5)],
    ...unseen.map(({ kind, reason }) => [paint('warning', 'not seen'), `${kind}: ${reason}`]),
  ].filter((note) => note !== false);
  return notes.length > 0
    ? ['', ...columns(notes.map(([name = '', text = '']) => [paint('quiet', name), text]))]
    : [];
}
