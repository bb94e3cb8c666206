/** Looks whether lock, code and `vendor/` say the same, without changing anything. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Lock, knownDigest, lockViolations, unseen, upstreamsOf } from '../../components/kit/lock.ts';
import type { Plan } from '../../components/kit/plan.ts';
import type { Registry } from '../../components/kit/registry.ts';
import { vendoredFolders } from '../../components/kit/vendored.ts';
import type { FetchOptions } from '../../lab/toolchain/hosts.ts';
import type { Finding } from './findings.ts';
import { presentDigest, readRecord } from './store.ts';
import { foldersOf } from './vendor-plan.ts';
import { newerVersion, publishedVersions } from './versions.ts';

/** What is checked. */
export interface CheckOptions extends Pick<FetchOptions, 'signal'> {
  plan: Plan;
  registry: Registry;
  lock: Lock | undefined;
  vendor: string;
  /** How long a publisher may take to answer, in milliseconds. @default 4000 */
  patienceMs?: number;
  /** Whether publishers are asked for newer versions. @default true */
  online?: boolean;
}

/** What was found. */
export interface CheckOutcome {
  findings: Finding[];
  /** How many releases and bundles of the lock were never fetched. */
  unseen: string[];
  /** Newer versions that publishers have. */
  newer: { name: string; version: string; newest: string }[];
  /** Publishers that could not be asked, each with the reason. */
  unasked: { name: string; reason: string }[];
  /** How many folders of `vendor/` were held against their records. */
  folders: number;
}

/** Checks everything that is locked, and what is vendored. */
export async function checkVendored(options: CheckOptions): Promise<CheckOutcome> {
  const { plan, registry, lock, vendor, online = true } = options;
  if (!lock) {
    const fix = 'run "npm run generate", and commit vendor.lock.yaml';
    const findings: Finding[] = [
      { rule: 'lock', path: 'vendor.lock.yaml', problem: 'there is no lock', fix },
    ];
    return { findings, unseen: [], newer: [], unasked: [], folders: 0 };
  }
  const folders = allFolders(vendor);
  const published = online ? await askPublishers(lock, options) : { findings: [], newer: [], unasked: [] };
  return {
    findings: [
      ...lockViolations(registry, lock).map((violation): Finding => ({ ...violation, rule: 'lock' })),
      ...folders.flatMap((folder) => folderFindings(folder, vendor, lock)),
      ...(folders.length > 0 ? missingFindings(plan, vendor) : []),
      ...published.findings,
    ],
    unseen: unseenOf(lock),
    newer: published.newer,
    unasked: published.unasked,
    folders: folders.length,
  };
}

function unseenOf({ upstreams, definitions }: Lock): string[] {
  const names = (entries: Record<string, { digest: string }>, ending = '') =>
    Object.entries(entries).flatMap(([name, { digest }]) => (digest === unseen ? [name + ending] : []));
  return [...names(upstreams), ...names(definitions, '-crds')];
}

function allFolders(vendor: string): string[] {
  if (!existsSync(vendor)) return [];
  return readdirSync(vendor, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => vendoredFolders(vendor, name))
    .sort();
}

/** What does not fit in one folder. */
function folderFindings(folder: string, vendor: string, lock: Lock): Finding[] {
  const record = readRecord(vendor, folder);
  const path = `vendor/${folder}`;
  const again = 'run "ninefold vendor" for the environment that uses it, or delete the folder';
  if (!record)
    return [{ rule: 'lock', path, problem: 'it has no record of what it was made from', fix: again }];
  const findings: Finding[] = [];
  const present = presentDigest(vendor, folder);
  if (present !== record.objects) {
    findings.push({
      rule: 'digest',
      path: `${path}/objects.yaml`,
      problem: 'the objects are not those that were vendored: somebody changed them by hand',
      value: present ?? 'no file',
      allowed: record.objects,
      fix: `${again}; what is to be changed belongs into the values or changes of the release`,
    });
  }
  const locked = record.name.endsWith('-crds')
    ? lock.definitions[record.name.replace(/-crds$/, '')]
    : lock.upstreams[record.name];
  // An older version may stand beside the one in use, for an environment that is still on it.
  if (!locked || locked.version !== record.version) return findings;
  const digest = knownDigest(locked.digest);
  if (digest !== record.artefact) {
    findings.push({
      rule: 'digest',
      path: `${path}/record.yaml`,
      problem: 'it was made from another file than the locked one',
      value: record.artefact,
      allowed: digest ?? 'nothing: the lock has never seen this release',
      fix: again,
    });
  }
  if (locked.licence !== record.licence) {
    findings.push({
      rule: 'licence',
      path: `${path}/record.yaml`,
      problem: 'it was taken under another licence than the locked one',
      value: record.licence,
      allowed: locked.licence,
      fix: again,
    });
  }
  return findings;
}

/** What an environment needs and a filled `vendor/` has not. */
function missingFindings(plan: Plan, vendor: string): Finding[] {
  const { name: environment } = plan.environment;
  return foldersOf(plan)
    .filter(({ folder }) => !existsSync(join(vendor, folder)))
    .map(({ name, folder }) => ({
      rule: 'lock',
      path: `vendor/${folder}`,
      problem: `the environment "${environment}" needs ${name} with these settings, and it is not vendored`,
      fix: `run "ninefold vendor --env ${environment}", and commit what it writes`,
    }));
}

async function askPublishers(lock: Lock, options: CheckOptions) {
  const findings: Finding[] = [];
  const newer: CheckOutcome['newer'] = [];
  const unasked: CheckOutcome['unasked'] = [];
  const asked = { signal: options.signal, patienceMs: options.patienceMs ?? 4000 };
  await Promise.all(
    [...upstreamsOf(options.registry).values()].map(async (upstream) => {
      const { name, version } = upstream;
      try {
        const published = await publishedVersions(upstream, asked);
        if (!published) return;
        if (!published.includes(version) && knownDigest(lock.upstreams[name]?.digest)) {
          findings.push({
            rule: 'withdrawn',
            path: `upstreams.${name}.version`,
            problem: 'its publisher has withdrawn the locked version',
            value: version,
            fix: `find out why, then move to another: ninefold vendor --upgrade ${name}`,
          });
        }
        const newest = newerVersion(version, published);
        if (newest) newer.push({ name, version, newest });
      } catch (error) {
        options.signal?.throwIfAborted();
        unasked.push({ name, reason: error instanceof Error ? error.message : String(error) });
      }
    }),
  );
  const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
  return { findings, newer: newer.sort(byName), unasked: unasked.sort(byName) };
}
