/** Gets what others publish: pinned by the lock, checked, rendered with the settings of an environment. */
import { join, resolve } from 'node:path';
import { lockFor } from '../../components/kit/lock.ts';
import type { Plan } from '../../components/kit/plan.ts';
import type { Registry } from '../../components/kit/registry.ts';
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
import { vendorText } from '../terminal/vendor-text.ts';
import { ArtefactCache } from '../vendor/cache.ts';
import { vendorPlan, type VendorOutcome } from '../vendor/vendor-plan.ts';
import { watch } from './run.ts';

/** Options of `vendor`. */
export interface VendorCommandOptions {
  env: string;
  environments?: string;
  mirror?: string;
  json?: boolean;
}

/** `ninefold vendor`. */
export async function vendor(names: readonly string[], options: VendorCommandOptions): Promise<number> {
  const plan = loadPlan(options.env, registry, {}, environmentsOf(options));
  const mirror = options.mirror ? resolve(options.mirror) : undefined;
  const outcome = await watch((access) => runVendor({ plan, registry, names, mirror }, access));
  const { entries } = outcome;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ environment: options.env, directory: vendorDirectory(), entries }, null, 2)}\n`
      : vendorText(entries, vendorDirectory(), painter(process.stdout)),
  );
  return exitCodes.ok;
}

/** What is vendored. */
export interface VendorRequest {
  plan: Plan;
  registry: Registry;
  names?: readonly string[];
  mirror?: string | undefined;
  /** Leave alone what is there already. @default false */
  missingOnly?: boolean;
}

/** Vendors and keeps the lock, one command at a time. @throws VendorRefusedError when anything stands against it */
export async function runVendor(
  { plan, registry: all, ...request }: VendorRequest,
  { report, signal }: AccessOptions,
): Promise<VendorOutcome> {
  const helm = async () => {
    const tools = await ensureTools(['helm'], { report: (event) => report({ type: 'tool', event }), signal });
    return tools.helm;
  };
  const waiting = ({ pid }: { pid: number }) =>
    report({ type: 'notice', text: `Another command (process ${pid}) is vendoring; waiting for it.` });
  return withLock(join(homeDirectory(), 'vendor.lock'), { signal, waiting }, async () => {
    const lock = readLock() ?? lockFor(all, undefined);
    const outcome = await vendorPlan({
      plan,
      registry: all,
      lock,
      ...request,
      vendor: vendorDirectory(),
      cache: new ArtefactCache(),
      helm,
      signal,
      progress: (name, done, total) => report({ type: 'notice', text: `${done + 1} of ${total}: ${name}` }),
    });
    if (JSON.stringify(outcome.lock) !== JSON.stringify(lock)) writeLock(outcome.lock);
    return outcome;
  });
}
