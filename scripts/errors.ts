/** How a failed command ends: what is said, and with which exit code. */
import { painter } from './terminal/style.ts';

/** Exit codes of every command. */
export const exitCodes = {
  ok: 0,
  /** It ran and found problems, or failed. */
  failed: 1,
  /** The settings or the command line are wrong; nothing was started. */
  wrongInput: 2,
  /** Something this machine or its surroundings should have is missing. */
  environment: 3,
  /** Interrupted, as shells count it. */
  interrupted: 130,
} as const;

/** A request that can't be carried out as it is; the message says why and what to do instead. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

const byName: Readonly<Record<string, number>> = {
  InvalidInputError: exitCodes.wrongInput,
  RefusedError: exitCodes.wrongInput,
  KubeconfigError: exitCodes.environment,
  KubernetesConnectionError: exitCodes.environment,
  LabError: exitCodes.environment,
  ToolchainError: exitCodes.environment,
  MissingReleaseError: exitCodes.environment,
  VendorUnreachableError: exitCodes.environment,
  InterruptedError: exitCodes.interrupted,
  AbortError: exitCodes.interrupted,
};

/** Failures whose message is all that there is to say; of any other the stack trace helps whoever looks into it. */
const complete = new Set([
  ...Object.keys(byName),
  'EngineFailure',
  'KubernetesApiError',
  'VendorRefusedError',
]);

/** Says what went wrong and returns the exit code. Errors are known by name, so that nothing is loaded to know them. */
export function exitCodeOf(error: unknown, stream: NodeJS.WriteStream): number {
  const paint = painter(stream);
  if (!(error instanceof Error)) {
    stream.write(`${paint('bad', 'error')}  ${String(error)}\n`);
    return exitCodes.failed;
  }
  const text = complete.has(error.name) ? error.message : (error.stack ?? error.message);
  stream.write(`${paint('bad', 'error')}  ${text}\n`);
  return byName[error.name] ?? exitCodes.failed;
}
