import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ReflectionObject, Service } from 'protobufjs';
import type { Operation } from '../references.ts';
import type { Violation } from '../violation.ts';
import type { LocatedFinding } from './document.ts';
import { loadPeer } from './peers.ts';
import { violationsOf } from './violations.ts';

/**
 * Reads a Protocol Buffers file and what it imports; its operations only when nothing is wrong with it. Imports are
 * looked up beside the importing file, then from the directories above the first one.
 */
export async function readProtobuf(
  file: string,
): Promise<{ operations?: ReadonlyMap<string, Operation>; violations: readonly Violation[] }> {
  const fail = (finding: LocatedFinding) => ({
    violations: violationsOf({ file, value: undefined, findings: [finding], locate: () => undefined }),
  });
  if (!existsSync(file)) {
    return fail({
      rule: 'missing-file',
      path: [],
      problem: 'does not exist',
      allowed: 'a file that exists and can be read',
      fix: 'Create it, or correct its name.',
    });
  }
  const protobuf = (await loadPeer('protobufjs', 'Protocol Buffers', () => import('protobufjs'))).default;
  const root = new protobuf.Root();
  root.resolvePath = (origin, target) => {
    if (origin === '' || target.startsWith('google/protobuf/')) return target;
    return (
      [dirname(origin), ...ancestors(dirname(file))]
        .map((directory) => resolve(directory, target))
        .find(existsSync) ?? resolve(dirname(origin), target)
    );
  };
  try {
    // The other way of loading throws what it finds out late where nobody can catch it.
    root.loadSync(resolve(file), { keepCase: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = /line (\d+)/.exec(message)?.[1];
    return fail({
      rule: 'invalid-document',
      path: [],
      value: undefined,
      problem: message,
      allowed: 'a Protocol Buffers file whose imports and types exist',
      fix: 'Correct what the message names.',
      ...(line === undefined ? {} : { position: { line: Number(line), column: 1 } }),
    });
  }
  const operations = new Map<string, Operation>();
  for (const service of servicesOf(root, protobuf.Service)) {
    for (const method of service.methodsArray) {
      const id = `${service.fullName.slice(1)}/${method.name}`;
      const level = String(method.getOption('idempotency_level') ?? '');
      operations.set(id, { id, repeatable: level === 'NO_SIDE_EFFECTS' || level === 'IDEMPOTENT' });
    }
  }
  if (operations.size === 0) {
    return fail({
      rule: 'invalid-document',
      path: [],
      value: undefined,
      problem: 'defines no service with a method',
      allowed: 'a file with at least one service',
      fix: 'Add the service, or name the file that holds it.',
    });
  }
  return { operations, violations: [] };
}

function* servicesOf(parent: { nestedArray: ReflectionObject[] }, kind: typeof Service): Iterable<Service> {
  for (const item of parent.nestedArray) {
    if (item instanceof kind) yield item;
    else if ('nestedArray' in item && Array.isArray(item.nestedArray)) {
      yield* servicesOf({ nestedArray: item.nestedArray }, kind);
    }
  }
}

function ancestors(directory: string): string[] {
  const above = dirname(directory);
  return above === directory ? [directory] : [directory, ...ancestors(above)];
}
