/** Gets the programs that the lab runs: found on this machine, downloaded and checked, or built. */
export {
  ToolchainError,
  type ToolEvent,
  type ToolFailure,
  type ToolReport,
  type ToolStep,
} from './events.ts';
export { inspectTools, type ToolStatus } from './inspect.ts';
export { preparePulumiHome } from './pulumi-home.ts';
export { type EnsureOptions, ensureTools } from './resolve.ts';
export type { ToolchainOptions } from './settings.ts';
export { type ToolName, judgeToolNames, labToolNames } from './tool.ts';
