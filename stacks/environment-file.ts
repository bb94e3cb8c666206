import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { imagePins } from '../components/kit/lock.ts';
import type { Plan } from '../components/kit/plan.ts';
import { planEnvironment } from '../components/kit/planner.ts';
import { quantityValue } from '../components/kit/quantity.ts';
import type { Registry } from '../components/kit/registry.ts';
import { InvalidInputError, type Violation } from '../components/kit/violation.ts';
import { readEnvironment } from './environment.ts';
import { readLock } from './lock-file.ts';
import { labZones, profiles } from './profiles.ts';

/** Where environment files stand. */
export const environmentsDirectory = join(import.meta.dirname, 'environments');

/** What a command may change of an environment without touching its file. */
export interface PlanOverrides {
  /** Run it on the lab whatever cluster the file names. */
  cluster?: 'lab';
  /** Install every definition of every release in the lab. */
  allDefinitions?: boolean;
}

/** The names of the environments that have a file. */
export function environmentNames(directory = environmentsDirectory): string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
}

/**
 * Reads an environment and plans it.
 * @throws InvalidInputError with every violation, each with its place in the file.
 */
export function loadPlan(
  name: string,
  registry: Registry,
  overrides: PlanOverrides = {},
  directory = environmentsDirectory,
): Plan {
  const file = join(directory, `${name}.yaml`);
  if (!existsSync(file)) {
    throw new InvalidInputError(`environment "${name}"`, [
      {
        path: '--env',
        problem: 'there is no such environment',
        value: name,
        allowed: environmentNames(directory).join(', '),
        fix: `write ${relative(process.cwd(), file)}, or name another`,
      },
    ]);
  }
  return planFile(name, file, registry, overrides);
}

function planFile(name: string, file: string, registry: Registry, overrides: PlanOverrides): Plan {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const shown = relative(process.cwd(), file);
  if (document.errors.length > 0) {
    throw new InvalidInputError(
      shown,
      document.errors.map((error) => ({
        path: '',
        problem: error.message.split('\n')[0] ?? error.code,
        location: place(shown, lines, error.pos[0]),
        fix: 'correct the YAML',
      })),
    );
  }
  const content = applyOverrides(document.toJS(), overrides);
  const { environment: read, violations } = readEnvironment(name, content, registry);
  const lock = readLock();
  const environment = lock ? { ...read, images: { ...read.images, pins: imagePins(lock) } } : read;
  const planned = planEnvironment(environment, registry, {
    today: new Date().toISOString().slice(0, 10),
    capacity: environment.cluster.kind === 'lab' ? labCapacity(environment.profile) : undefined,
  });
  const all = [...violations, ...planned.violations];
  if (all.length > 0 || !planned.plan) {
    throw new InvalidInputError(
      shown,
      all.map((violation) => located(violation, shown, document, lines)),
    );
  }
  return planned.plan;
}

function applyOverrides(content: unknown, overrides: PlanOverrides): unknown {
  if (!overrides.cluster && !overrides.allDefinitions) return content;
  const record = typeof content === 'object' && content !== null ? content : {};
  const given = 'cluster' in record && typeof record.cluster === 'object' ? record.cluster : {};
  const version = given && 'version' in given ? { version: given.version } : {};
  const onLab = overrides.cluster === 'lab' ? { kind: 'lab', ...version } : given;
  return { ...record, cluster: { ...onLab, ...(overrides.allDefinitions ? { crds: 'all' } : {}) } };
}

/** What the nodes of a profile's lab offer. 110 pods a node is what a kubelet takes by default. */
function labCapacity(profile: keyof typeof profiles) {
  const { perZone, cpu, memory } = profiles[profile].labNodes;
  const nodes = perZone * labZones.length;
  return { cpu: nodes * quantityValue(cpu), memory: nodes * quantityValue(memory), pods: nodes * 110 };
}

/** Adds where in the file the value stands, or the nearest thing around it that does. */
function located(violation: Violation, file: string, document: Document, lines: LineCounter): Violation {
  const path = violation.path.split('.').filter((part) => part !== '');
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return { ...violation, location: place(file, lines, node.range[0]) };
  }
  return violation;
}

function place(file: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${file}:${line}:${col}`;
}
