/** Says where each program is or how it would be got, without getting it. */
import { manifestLocation } from './container-image.ts';
import { expectedBuildMs, findGo, fixWithoutGo } from './from-go.ts';
import { fetchFrom } from './hosts.ts';
import { findInstalled } from './installed.ts';
import { addressOf, readSettings, type ToolchainOptions, type ToolchainSettings } from './settings.ts';
import { type Download, type Location, type Tool, type ToolName, labToolNames } from './tool.ts';
import { tools } from './tools.ts';

/** Where one program is, or how it would be got. */
export interface ToolStatus {
  readonly tool: ToolName;
  /** The pinned version. */
  readonly version: string;
  /** `missing` when no way is open. */
  readonly how: 'explicit' | 'path' | 'cache' | 'download' | 'build' | 'missing';
  /** Where it is, when it is on this machine. */
  readonly path?: string;
  /** For people: the path, the address, or why each way is closed. */
  readonly detail: string;
  /** How long getting it is expected to take, in milliseconds, where that is known. */
  readonly expectedMs?: number;
  /** What to do when it is missing. */
  readonly fix?: string;
}

/** Inspects all programs. Asks the publishers' hosts whether they are there, and downloads nothing. */
export async function inspectTools(options: ToolchainOptions = {}): Promise<ToolStatus[]> {
  const settings = readSettings(options);
  return Promise.all(labToolNames.map((name) => inspectTool(tools[name], settings)));
}

async function inspectTool(tool: Tool, settings: ToolchainSettings): Promise<ToolStatus> {
  const common = { tool: tool.name, version: tool.version };
  const installed = await findInstalled(tool, settings);
  if (installed !== undefined) {
    if ('path' in installed) return { ...common, ...installed };
    return { ...common, how: 'missing', detail: installed.problem, fix: installed.fix };
  }
  const source = tool.download(settings.platform);
  const closed = await whyNotDownload(source, settings);
  if (source !== undefined && closed === undefined) {
    return { ...common, how: 'download', detail: addressOf(probe(source), settings) };
  }
  const go = await findGo(settings);
  if ('path' in go) {
    return {
      ...common,
      how: 'build',
      detail: `${tool.build.module} ${tool.build.version} with Go ${go.version}, because ${closed}`,
      expectedMs: expectedBuildMs(tool.build),
    };
  }
  return { ...common, how: 'missing', detail: `${closed}; ${go.problem}`, fix: fixWithoutGo([tool]) };
}

/** Why the publisher's download can't be had, or undefined when it can. */
async function whyNotDownload(
  source: Download | undefined,
  settings: ToolchainSettings,
): Promise<string | undefined> {
  const { os, architecture } = settings.platform;
  if (source === undefined) return `there is no download for ${os} ${architecture}`;
  try {
    const address = addressOf(probe(source), settings);
    await fetchFrom(address, { patienceMs: settings.patienceMs, method: 'HEAD' });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The file whose presence says that the download is there. */
function probe(source: Download): Location {
  return source.kind === 'file' ? source.artefact : manifestLocation(source, source.tag);
}
