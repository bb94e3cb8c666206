/** A place to vendor into, with a publisher of the fixture's chart and manifest. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lock, lockFor } from '../../components/kit/lock.ts';
import type { Registry } from '../../components/kit/registry.ts';
import { ensureTools } from '../../lab/index.ts';
import { ArtefactCache } from '../../scripts/vendor/cache.ts';
import { type Finding, VendorRefusedError } from '../../scripts/vendor/findings.ts';
import { type VendorOptions, vendorPlan } from '../../scripts/vendor/vendor-plan.ts';
import { manifestText, packChart, UpstreamServer } from './upstream-server.ts';
import { planOf, type PlatformVariant, vendoredPlatform } from './vendored-platform.ts';

const helm = async () => (await ensureTools(['helm'])).helm;

/** A publisher and an empty place to vendor into. */
export class VendorBench {
  readonly directory = mkdtempSync(join(tmpdir(), 'ninefold-vendor-'));
  readonly vendor = join(this.directory, 'vendor');
  readonly server = new UpstreamServer();
  lock: Lock | undefined;

  async open(): Promise<this> {
    await this.server.open();
    this.server.charts.set('1.2.0', packChart());
    this.server.files.set('/mail/install.yaml', manifestText);
    return this;
  }

  /** Vendors the fixture's platform and keeps the lock. */
  async run(variant: PlatformVariant = {}, options: Partial<VendorOptions> = {}) {
    const platform = vendoredPlatform(this.server, variant);
    const plan = planOf(platform.registry);
    const outcome = await vendorPlan({
      plan,
      ...this.options(platform.registry),
      ...options,
    });
    this.lock = outcome.lock;
    return { ...outcome, platform, plan };
  }

  /** What vendoring is given besides a plan. */
  options(registry: Registry) {
    return {
      registry,
      lock: lockFor(registry, this.lock),
      vendor: this.vendor,
      cache: new ArtefactCache(join(this.directory, 'cache')),
      helm,
    };
  }

  /** What is refused. */
  async refused(
    variant: PlatformVariant = {},
    options: Partial<VendorOptions> = {},
  ): Promise<readonly Finding[]> {
    const error = await this.run(variant, options).then(
      () => assert.fail('it was vendored'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof VendorRefusedError, String(error));
    for (const finding of error.findings) {
      assert.ok(error.message.includes(finding.problem) && finding.fix, finding.problem);
    }
    return error.findings;
  }

  /** Every file of `vendor/` with its text. */
  files(): Record<string, string> {
    const names = readdirSync(this.vendor, { recursive: true, encoding: 'utf8' }).sort();
    return Object.fromEntries(
      names
        .filter((name) => name.endsWith('.yaml'))
        .map((name) => [name, readFileSync(join(this.vendor, name), 'utf8')]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
