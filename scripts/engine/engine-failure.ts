/** What went wrong in the engine, in words for whoever ran the command. */
import type { DiagnosticEvent } from '@pulumi/pulumi/automation/index.js';
import { describeType, nameOf, typesOf } from './urn.ts';

/** One resource that could not be brought to where it should be. */
export interface ResourceFailure {
  /** Left out when the program or the engine itself failed. */
  urn?: string;
  message: string;
}

/** The engine could not do what a layer asks. The message says all there is to know; the log holds the rest. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';
  readonly layer: string;
  readonly failures: readonly ResourceFailure[];
  readonly log: string;

  constructor(layer: string, failures: readonly ResourceFailure[], log: string) {
    const title = failures.length === 1 ? 'a problem' : `${failures.length} problems`;
    const causes = Map.groupBy(failures, ({ message }) => message);
    super([`${layer}: ${title}`, ...[...causes].flatMap(describeCause), `  log  ${log}`].join('\n'));
    this.layer = layer;
    this.failures = failures;
    this.log = log;
  }
}

/** The run was interrupted and everything is as consistent as after any other run. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Sentences of the engine that only repeat that something failed. */
const repetitions = [
  /^(update|preview|destroy|refresh) failed$/,
  /^resource \S+ failed/,
  /^\d+ errors? occurred/,
  // A provider that was told to stop, and said nothing on its way out.
  /exited prematurely(.|\n)*STDERR streams of the plugin:\s*$/,
];

/** The errors among the engine's diagnostics, each once, without what only repeats another. */
export function failuresOf(diagnostics: readonly DiagnosticEvent[]): ResourceFailure[] {
  const failures = new Map<string, ResourceFailure>();
  for (const { severity, urn, message } of diagnostics) {
    const text = plainText(message);
    if (severity !== 'error' || text === '') continue;
    failures.set(`${urn ?? ''} ${text}`, { ...(urn ? { urn } : {}), message: text });
  }
  const all = [...failures.values()];
  const telling = all.filter(({ message }) => !repetitions.some((pattern) => pattern.test(message)));
  return telling.length > 0 ? telling : all;
}

/** The resources that failed for one reason, and the reason once. */
function describeCause([message, failures]: [string, readonly ResourceFailure[]]): string[] {
  return [
    ...failures.map(({ urn }) => `  ${urn ? describeUrn(urn) : 'the engine'}`),
    ...message.split('\n').map((line) => `    ${line}`),
  ];
}

function describeUrn(urn: string): string {
  const parent = typesOf(urn).at(-2);
  return `${nameOf(urn)} (${describeType(urn)}${parent ? `, part of ${parent}` : ''})`;
}

/** Without the engine's marks for colours and the frames of a stack trace, which the log has. */
function plainText(message: string): string {
  return message
    .replaceAll(/<\{%[^%]*%\}>/g, '')
    .split('\n')
    .filter((line) => !/^\s+at .*(:\d+:\d+|<anonymous>)\)?$/.test(line))
    .join('\n')
    .trim();
}
