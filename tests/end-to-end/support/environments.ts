import { stringify } from 'yaml';
import { registry } from '../../../components/registry.ts';

/** What an environment of a test says besides its capabilities. */
export interface EnvironmentFields {
  [field: string]: unknown;
}

/**
 * An environment file in which nothing is on but what is given: a part of the smallest platform, quick to bring up
 * however much the whole comes to hold.
 */
export function environmentWith(
  capabilities: Readonly<Record<string, unknown>>,
  fields: EnvironmentFields = {},
): string {
  const off = Object.fromEntries(registry.map(({ capability }) => [capability.name, 'off']));
  return stringify({ profile: 'minimal', ...fields, capabilities: { ...off, ...capabilities } });
}
