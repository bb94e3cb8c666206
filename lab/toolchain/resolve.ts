/** Gets programs, each in the first way that works, and reports every failure at once. */
import { ToolchainError, type ToolFailure, type ToolReport } from './events.ts';
import { fromCache, inWorkDirectory } from './from-cache.ts';
import { fromDownload } from './from-download.ts';
import { findGo, fixWithoutGo, fromGo } from './from-go.ts';
import { UnreachableError } from './hosts.ts';
import { findInstalled } from './installed.ts';
import { progressOf } from './progress.ts';
import { readSettings, type ToolchainOptions, type ToolchainSettings } from './settings.ts';
import type { GoBuild, Tool, ToolName } from './tool.ts';
import { tools } from './tools.ts';
import { ChecksumError } from './transfer.ts';

/** Options for {@link ensureTools}. */
export interface EnsureOptions extends ToolchainOptions {
  /** Receives progress. @default nobody is told */
  readonly report?: ToolReport;
  /** Gives up; what was begun is taken away by the next run. */
  readonly signal?: AbortSignal;
}

/** A program with its path, or with what was tried in vain. */
type Outcome = { readonly path: string } | { readonly attempts: readonly string[]; readonly fix: string };

/**
 * Gets the named programs and returns their paths. Takes, in this order: the path stated in the tool's variable,
 * `PATH` in the pinned version, the cache, the publisher's download, a build from Go modules.
 *
 * @throws ToolchainError naming every program that could not be had
 */
export async function ensureTools<N extends ToolName>(
  names: readonly N[],
  options: EnsureOptions = {},
): Promise<Record<N, string>> {
  const settings = readSettings(options);
  const wanted = [...new Set(names)].map((name) => tools[name]);
  const outcomes = new Map<ToolName, Outcome>();
  await Promise.all(
    wanted.map(async (tool) => {
      const installed = await findInstalled(tool, settings);
      if (installed === undefined) return;
      if ('path' in installed) {
        options.report?.({ tool: tool.name, step: 'found', elapsedMs: 0, detail: installed.detail });
        outcomes.set(tool.name, { path: installed.path });
      } else outcomes.set(tool.name, { attempts: [installed.problem], fix: installed.fix });
    }),
  );
  const missing = wanted.filter((tool) => !outcomes.has(tool.name));
  for (const [name, outcome] of await obtain(missing, settings, options)) outcomes.set(name, outcome);

  const failures: ToolFailure[] = [];
  const paths: Partial<Record<ToolName, string>> = {};
  for (const [tool, outcome] of outcomes) {
    if ('path' in outcome) paths[tool] = outcome.path;
    else failures.push({ tool, ...outcome });
  }
  for (const { tool, attempts } of failures) {
    options.report?.({ tool, step: 'failed', elapsedMs: 0, detail: attempts.at(-1) ?? '' });
  }
  if (failures.length > 0) throw new ToolchainError(failures);
  return paths as Record<N, string>;
}

/** The ways that cost time: downloads side by side, then what they left over is built, one build after the other. */
async function obtain(
  missing: readonly Tool[],
  settings: ToolchainSettings,
  options: EnsureOptions,
): Promise<Map<ToolName, Outcome>> {
  const outcomes = new Map<ToolName, Outcome>();
  const attempts = new Map<ToolName, string[]>();
  await Promise.all(
    missing.map(async (tool) => {
      const outcome = await download(tool, settings, options);
      if (Array.isArray(outcome)) attempts.set(tool.name, outcome);
      else outcomes.set(tool.name, outcome);
    }),
  );
  const builds = Map.groupBy(
    missing.filter((tool) => attempts.has(tool.name)),
    (tool) => tool.build,
  );
  for (const [build, group] of builds) {
    for (const [name, outcome] of await buildGroup(build, group, settings, options)) {
      if ('path' in outcome) outcomes.set(name, outcome);
      else {
        outcomes.set(name, { ...outcome, attempts: [...(attempts.get(name) ?? []), ...outcome.attempts] });
      }
    }
  }
  return outcomes;
}

/** Downloads a program; returns what was tried when a build may still help. */
async function download(
  tool: Tool,
  settings: ToolchainSettings,
  { report, signal }: EnsureOptions,
): Promise<Outcome | string[]> {
  const source = tool.download(settings.platform);
  if (source === undefined) {
    return [`download: there is none for ${settings.platform.os} ${settings.platform.architecture}`];
  }
  const progress = progressOf([tool.name], report);
  const waiting = (pid: number) =>
    report?.({ tool: tool.name, step: 'waiting', elapsedMs: 0, detail: `process ${pid} is getting it` });
  try {
    return await inWorkDirectory(`download-${tool.name}`, { settings, waiting, signal }, async (work) => {
      const path =
        fromCache(tool, settings) ?? (await fromDownload(tool, source, { settings, work, progress, signal }));
      report?.({ tool: tool.name, step: 'installed', elapsedMs: 0, detail: path });
      return { path };
    });
  } catch (error) {
    signal?.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof UnreachableError) {
      report?.({ tool: tool.name, step: 'unreachable', elapsedMs: 0, detail: message });
    }
    if (error instanceof ChecksumError) {
      return {
        attempts: [`download: ${message}`],
        fix: `run again; if the digests still differ, someone between you and the publisher changes the file: get ${tool.name} ${tool.version} another way and set ${tool.variable}`,
      };
    }
    return [`download: ${message}`];
  }
}

/** Builds the programs that one build yields. */
async function buildGroup(
  build: GoBuild,
  group: readonly Tool[],
  settings: ToolchainSettings,
  { report, signal }: EnsureOptions,
): Promise<Map<ToolName, Outcome>> {
  const names = group.map((tool) => tool.name);
  const failed = (reason: string, fix: string) =>
    new Map<ToolName, Outcome>(names.map((name) => [name, { attempts: [`build: ${reason}`], fix }]));
  const go = await findGo(settings);
  if ('problem' in go) return failed(go.problem, fixWithoutGo(group));
  const waiting = (pid: number) => {
    for (const tool of names) {
      report?.({ tool, step: 'waiting', elapsedMs: 0, detail: `process ${pid} is building it` });
    }
  };
  try {
    return await inWorkDirectory(`build-${build.id}`, { settings, waiting, signal }, async (work) => {
      const cached = new Map(group.map((tool) => [tool, fromCache(tool, settings)]));
      const remaining = group.filter((tool) => cached.get(tool) === undefined);
      const progress = progressOf(
        remaining.map((tool) => tool.name),
        report,
      );
      const built =
        remaining.length > 0
          ? await fromGo(build, remaining, { settings, go: go.path, work, progress, signal })
          : new Map<Tool, string>();
      const outcomes = new Map<ToolName, Outcome>();
      for (const tool of group) {
        const path = built.get(tool) ?? cached.get(tool);
        if (path === undefined) continue;
        report?.({ tool: tool.name, step: 'installed', elapsedMs: 0, detail: path });
        outcomes.set(tool.name, { path });
      }
      return outcomes;
    });
  } catch (error) {
    signal?.throwIfAborted();
    return failed(
      error instanceof Error ? error.message : String(error),
      'Go needs a module proxy within reach (see `go env GOPROXY`) and some 4 GB of disk; run again once it has them: what is built is kept',
    );
  }
}
