/** The control planes on this machine. */
import { findLab, type Lab, listLabs, removeLab, stopLab } from '../../lab/index.ts';
import { openLab } from '../engine/access.ts';
import { labPlaces, labsDirectory } from '../engine/places.ts';
import { readEngineRecord } from '../engine/record.ts';
import { labPlace } from '../engine/target.ts';
import { exitCodes, RefusedError } from '../errors.ts';
import { columns } from '../terminal/columns.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { painter } from '../terminal/style.ts';
import { watch } from './run.ts';

/** Options of `lab start`, `lab stop` and `lab remove`. */
export interface LabOptions {
  name: string;
  yes?: boolean;
}

/** `ninefold lab start`. */
export async function labStart({ name }: LabOptions): Promise<number> {
  const target = { environment: name, lab: labPlace(name), places: labPlaces(name) };
  // Not one at a time with `up`: an API server that died is brought back while a run waits for it.
  await watch((access) => openLab(target, undefined, access));
  process.stdout.write(`export KUBECONFIG=${target.lab.kubeconfig}\n`);
  return exitCodes.ok;
}

/** `ninefold lab stop`. */
export async function labStop({ name }: LabOptions): Promise<number> {
  const { directory } = await existing(name);
  const ran = await watch(({ report, signal }) =>
    stopLab(directory, { report: (event) => report({ type: 'lab', event }), signal }),
  );
  process.stdout.write(
    ran ? `The lab "${name}" is stopped; its data stays.\n` : `The lab "${name}" did not run.\n`,
  );
  return exitCodes.ok;
}

/** `ninefold lab remove`. */
export async function labRemove({ name, yes }: LabOptions): Promise<number> {
  const { directory } = await existing(name);
  if (!yes) {
    if (!canAsk()) throw new RefusedError('Nobody can be asked here. Say --yes to remove the lab.');
    if (!(await confirm(`Delete the lab "${name}" with everything in it?`, name))) {
      throw new RefusedError('Nothing was changed.');
    }
  }
  await removeLab(directory);
  process.stdout.write(`The lab "${name}" is removed.\n`);
  return exitCodes.ok;
}

/** `ninefold lab list`. */
export async function labList({ json }: { json?: boolean }): Promise<number> {
  const labs = (await listLabs(labsDirectory())).map(describe);
  const paint = painter(process.stdout);
  if (json) process.stdout.write(`${JSON.stringify(labs, null, 2)}\n`);
  else if (labs.length === 0) process.stdout.write('There are no labs.\n');
  else {
    const rows = labs.map(({ name, state, environment, server }) => [
      paint('strong', name),
      paint(state === 'running' ? 'good' : 'quiet', state),
      environment ?? '',
      server,
    ]);
    process.stdout.write(`${columns(rows).join('\n')}\n`);
  }
  return exitCodes.ok;
}

function describe({ name, directory, server, kubeconfig, context, pids, ready }: Lab) {
  const partly = Object.keys(pids).length > 0 ? 'damaged' : 'stopped';
  const environment = readEngineRecord(labPlaces(name).record)?.environment;
  return {
    name,
    state: ready ? 'running' : partly,
    ...(environment ? { environment } : {}),
    server,
    kubeconfig,
    context,
    directory,
    pids,
  };
}

async function existing(name: string): Promise<Lab> {
  const lab = await findLab(labsDirectory(), name);
  if (lab) return lab;
  const names = (await listLabs(labsDirectory())).map((one) => one.name);
  const there = names.length > 0 ? `There are: ${names.join(', ')}.` : 'There are none.';
  throw new RefusedError(`There is no lab "${name}". ${there}`);
}
