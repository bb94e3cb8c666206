/** Gets what others publish: pinned by the lock, checked, rendered with the settings of an environment. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Lock, lockFor } from '../../components/kit/lock.ts';
import type { Plan } from '../../components/kit/plan.ts';
import { registry } from '../../components/registry.ts';
import { withLock } from '../../lab/host/lock.ts';
import { ensureTools } from '../../lab/index.ts';
import { loadPlan } from '../../stacks/environment-file.ts';
import { vendorDirectory } from '../../stacks/layers.ts';
import { readLock, writeLock } from '../../stacks/lock-file.ts';
import { homeDirectory } from '../engine/places.ts';
import type { AccessOptions } from '../engine/run-events.ts';
import { environmentsOf } from '../engine/target.ts';
import { exitCodes } from '../errors.ts';
import { painter } from '../terminal/style.ts';
import { checkText, upgradeText, vendorText } from '../terminal/vendor-text.ts';
import { ArtefactCache } from '../vendor/cache.ts';
import { checkVendored } from '../vendor/check.ts';
import { pinImages } from '../vendor/pin-images.ts';
import { compareUpgrade } from '../vendor/upgrade.ts';
import { foldersOf, vendorPlan, type VendorOptions, type VendorOutcome } from '../vendor/vendor-plan.ts';
import { watch } from './run.ts';

/** Options of `vendor`. */
export interface VendorCommandOptions {
  env: string;
  environments?: string;
  mirror?: string;
  check?: boolean;
  offline?: boolean;
  upgrade?: string;
  write?: boolean;
  json?: boolean;
}

/** `ninefold vendor`. */
export async function vendor(names: readonly string[], options: VendorCommandOptions): Promise<number> {
  const plan = loadPlan(options.env, registry, {}, environmentsOf(options));
  const mirror = options.mirror ? resolve(options.mirror) : undefined;
  if (options.check) return check(plan, options);
  if (options.upgrade) return upgrade(plan, options.upgrade, mirror, options);
  const { entries } = await watch((access) => runVendor({ plan, names, mirror }, access));
  const about = { environment: options.env, directory: vendorDirectory(), entries };
  say(options, about, () => vendorText(entries, vendorDirectory(), painter(process.stdout)));
  return exitCodes.ok;
}

/** What is vendored. */
export interface VendorRequest {
  plan: Plan;
  names?: readonly string[];
  mirror?: string | undefined;
  /** Leave alone what is there already. @default false */
  missingOnly?: boolean;
}

/**
 * Vendors what a cluster of the user's needs and is not there yet. The lab does without: it has stand-ins.
 * @param mirror Directory to take it from. @default `NINEFOLD_MIRROR`, or its home
 */
export async function vendorMissing(plan: Plan, mirror = process.env.NINEFOLD_MIRROR): Promise<void> {
  const there = foldersOf(plan).every(({ folder }) => existsSync(join(vendorDirectory(), folder)));
  if (there) return;
  await watch((access) =>
    runVendor({ plan, mirror: mirror ? resolve(mirror) : undefined, missingOnly: true }, access),
  );
}

/** Vendors and keeps the lock, one command at a time. @throws VendorRefusedError when anything stands against it */
export async function runVendor(request: VendorRequest, access: AccessOptions): Promise<VendorOutcome> {
  return withVendorLock(access, async (lock) => {
    const outcome = await vendorPlan(vendorOptions(request, lock, access));
    const online = outcome.entries.filter(({ from }) => from === 'home').map(({ name }) => name);
    const after = await pinImages(outcome.lock, online, { signal: access.signal, patienceMs: 10_000 });
    if (JSON.stringify(after) !== JSON.stringify(lock)) writeLock(after);
    return { ...outcome, lock: after };
  });
}

async function check(plan: Plan, options: VendorCommandOptions): Promise<number> {
  const online = !options.offline;
  const outcome = await watch(({ signal }) =>
    checkVendored({ plan, registry, lock: readLock(), vendor: vendorDirectory(), online, signal }),
  );
  const agrees = outcome.findings.length === 0;
  say(options, { environment: options.env, agrees, ...outcome }, () =>
    checkText(outcome, painter(process.stdout)),
  );
  return agrees ? exitCodes.ok : exitCodes.failed;
}

async function upgrade(
  plan: Plan,
  wanted: string,
  mirror: string | undefined,
  options: VendorCommandOptions,
): Promise<number> {
  const [name = '', version] = wanted.split('=');
  const outcome = await watch((access) =>
    withVendorLock(access, async (lock) => {
      const compared = await compareUpgrade(name, version, vendorOptions({ plan, mirror }, lock, access));
      if (options.write) writeLock(compared.lock);
      return compared;
    }),
  );
  const { lock: _lock, ...shown } = outcome;
  say(options, { ...shown, written: options.write ?? false }, () =>
    upgradeText(outcome, options.write ?? false, painter(process.stdout)),
  );
  return exitCodes.ok;
}

/** One vendoring at a time, with the lock as it is then. */
async function withVendorLock<T>(
  { report, signal }: AccessOptions,
  work: (lock: Lock) => Promise<T>,
): Promise<T> {
  const waiting = ({ pid }: { pid: number }) =>
    report({ type: 'notice', text: `Another command (process ${pid}) is vendoring; waiting for it.` });
  return withLock(join(homeDirectory(), 'vendor.lock'), { signal, waiting }, () =>
    work(readLock() ?? lockFor(registry, undefined)),
  );
}

function vendorOptions(request: VendorRequest, lock: Lock, { report, signal }: AccessOptions): VendorOptions {
  return {
    ...request,
    registry,
    lock,
    vendor: vendorDirectory(),
    cache: new ArtefactCache(),
    signal,
    helm: async () =>
      (await ensureTools(['helm'], { report: (event) => report({ type: 'tool', event }), signal })).helm,
    progress: (name, done, total) =>
      report({ type: 'notice', text: `vendoring ${name} (${done + 1} of ${total})` }),
  };
}

function say({ json }: VendorCommandOptions, value: unknown, text: () => string): void {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : text());
}
