/** Starts a lab, or repairs one that is not whole. */
import { withLock } from '../host/lock.ts';
import { ensureTools, type ToolReport } from '../toolchain/index.ts';
import { Boot, PortTakenError } from './boot.ts';
import { ensureCertificates } from './certificate-files.ts';
import { componentNames } from './components.ts';
import { ensureEncryption } from './encryption.ts';
import { type LabReport, timed } from './events.ts';
import type { Lab } from './lab.ts';
import { LabError } from './lab-error.ts';
import { createDirectories, namePattern, resolveLayout } from './layout.ts';
import { defaultNodes, type LabNodes, nodesSchema } from './nodes.ts';
import { readRecord } from './record.ts';
import { writeStages } from './stages.ts';
import { whyNoVolumes } from './volumes.ts';

/** Options for {@link startLab}. */
export interface StartLabOptions {
  /** `<project>/.ninefold/labs/<name>`; the last part is the lab's name. */
  readonly directory: string;
  /** @default as before; for a new lab one node of 16 processors and 64 GiB in each zone */
  readonly nodes?: LabNodes;
  /** Receives the control plane's progress. */
  readonly report?: LabReport;
  /** Receives the toolchain's progress. */
  readonly reportTool?: ToolReport;
  readonly signal?: AbortSignal;
}

/** How often a start is tried when another program takes a port between choosing and binding it. */
const portAttempts = 3;

/**
 * Starts the lab in `directory` with the data that it has, and returns it ready. Components that run are left alone;
 * those that are missing are started. A failed start ends what it started.
 *
 * @throws ToolchainError when programs can't be had
 * @throws LabError when an option is not allowed or a component fails
 */
export async function startLab(options: StartLabOptions): Promise<Lab> {
  checkOptions(options);
  const { report, reportTool, signal } = options;
  const programs = await ensureTools(componentNames, {
    ...(reportTool ? { report: reportTool } : {}),
    ...(signal ? { signal } : {}),
  });
  const tell = timed(report);
  const layout = resolveLayout(options.directory);
  const waiting = ({ pid }: { pid: number }) =>
    tell({ step: 'waiting', component: 'lab', detail: `process ${pid} works on this lab` });
  return withLock(layout.lock, { waiting, ...(signal ? { signal } : {}) }, async () => {
    createDirectories(layout);
    const before = readRecord(layout);
    const nodes = options.nodes ?? before?.nodes ?? defaultNodes;
    await Promise.all([ensureCertificates(layout), ensureEncryption(layout), writeStages(layout)]);
    const volumeProblem = whyNoVolumes();
    if (volumeProblem !== undefined) tell({ step: 'notice', component: 'lab', detail: volumeProblem });
    for (let attempt = 1; ; attempt++) {
      try {
        return await new Boot({ layout, programs, nodes, tell, signal }).run(before);
      } catch (error) {
        if (!(error instanceof PortTakenError) || attempt === portAttempts) throw error;
        const detail = 'another program took its port meanwhile; trying another';
        tell({ step: 'notice', component: error.component, detail });
      }
    }
  });
}

function checkOptions({ directory, nodes }: StartLabOptions): void {
  const { name } = resolveLayout(directory);
  const violations: string[] = [];
  if (!namePattern.test(name)) {
    violations.push(`name: ${JSON.stringify(name)} must match ${namePattern.source}; choose another`);
  }
  if (nodes !== undefined) {
    for (const { path, message } of nodesSchema.safeParse(nodes).error?.issues ?? []) {
      const value = path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)?.[key], nodes);
      violations.push(`nodes.${path.join('.')}: ${JSON.stringify(value)} is not allowed: ${message}`);
    }
  }
  if (violations.length > 0) throw new LabError(`The lab can't be started:\n  ${violations.join('\n  ')}`);
}
