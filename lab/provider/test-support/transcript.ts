import assert from 'node:assert/strict';
import {
  type KubernetesClient,
  type KubernetesObject,
  type ObjectReference,
  type PatchType,
  referenceOf,
} from '../../kubernetes/index.ts';
import { isMap, unknownValue } from '../property-values.ts';
import { markedPaths, type Written, type WrittenMap } from './properties.ts';
import type { Outcome, Stack } from './stack.ts';

/** What a step must lead to; what is left out is not looked at. */
export interface Expected {
  operation?: Outcome['operation'];
  /** Exactly these changed fields: `add`, `delete`, `update`, with a `!` for a replacement. */
  changes?: Record<string, string | undefined>;
  deleteBeforeReplace?: boolean;
  id?: string | RegExp;
  /** The outputs hold at least this. */
  outputs?: Written;
  /** Exactly these parts of the outputs are secret, dotted. */
  secrets?: string[];
  /** These parts of the outputs are unknown, dotted. */
  unknown?: string[];
  /** The resource exists but is not ready, for a reason like this. */
  problem?: RegExp;
  /** The step is refused with a message like this. */
  refused?: RegExp;
}

/** One operation of a JSON patch (RFC 6902). */
interface JsonPatchOperation {
  op: 'add' | 'remove' | 'replace';
  path: string;
  value?: unknown;
}

/** One step of a transcript: of the program, of somebody else, or a look at the cluster. */
export type Step =
  | { up: string; type: string; inputs: WrittenMap; expect?: Expected }
  | { preview: string; type: string; inputs: WrittenMap; expect?: Expected }
  | { refresh: string; expect?: Expected }
  | { import: string; type: string; id: string; inputs: WrittenMap; expect?: Expected }
  | { destroy: string; expect?: Pick<Expected, 'refused'> }
  /** Somebody else declares an object. */
  | { applied: KubernetesObject; by: string; force?: boolean }
  /** Somebody else makes an object by a plain create. */
  | { created: KubernetesObject; by: string }
  /** Somebody else changes an object by hand. */
  | {
      patched: ObjectReference;
      by: string;
      patch: Record<string, unknown> | readonly JsonPatchOperation[];
      subresource?: string;
      type?: PatchType;
    }
  | { deleted: ObjectReference }
  /** The object holds at least this; null where it must not hold a field. */
  | { live: ObjectReference; holds: Record<string, unknown> }
  | { absent: ObjectReference };

/** A story about one or a few resources, told in steps, each with what must come of it. */
export interface Transcript {
  title: string;
  /** Whether only the lab's provider does this, so that the official one is not judged by it. */
  ours?: boolean;
  /** @param namespace one that the transcript has to itself */
  steps(namespace: string): Step[];
}

/** Plays a transcript and judges each step. */
export async function play(
  transcript: Transcript,
  stack: Stack,
  client: KubernetesClient,
  namespace: string,
) {
  const steps = transcript.steps(namespace);
  assert.ok(steps.length > 0, 'a transcript without steps proves nothing');
  for (const [index, step] of steps.entries()) {
    try {
      await playStep(step, stack, client);
    } catch (error) {
      const what = `step ${index + 1} of ${steps.length} (${Object.keys(step)[0]} ${nameOf(step)})`;
      if (error instanceof Error) error.message = `${what}: ${error.message}`;
      throw error;
    }
  }
}

async function playStep(step: Step, stack: Stack, client: KubernetesClient): Promise<void> {
  if ('up' in step) return await judge(step.expect, () => stack.up(step.up, step.type, step.inputs));
  if ('preview' in step)
    return await judge(step.expect, () => stack.up(step.preview, step.type, step.inputs, true));
  if ('refresh' in step) return await judge(step.expect, () => stack.refresh(step.refresh));
  if ('import' in step) {
    return await judge(step.expect, () => stack.import(step.import, step.type, step.id, step.inputs));
  }
  if ('destroy' in step) {
    return await judge(step.expect, async () => {
      await stack.destroy(step.destroy);
      return { operation: 'gone', changes: {}, deleteBeforeReplace: false };
    });
  }
  if ('applied' in step) {
    await client.apply(step.applied, { fieldManager: step.by, force: step.force ?? false });
  } else if ('created' in step) {
    await client.create(step.created, { fieldManager: step.by });
  } else if ('patched' in step) {
    const { patched, by, patch, subresource, type = 'merge' } = step;
    await client.patch(patched, patch, { fieldManager: by, type, ...(subresource ? { subresource } : {}) });
  } else if ('deleted' in step) {
    await client.delete(step.deleted);
  } else if ('absent' in step) {
    assert.equal(await client.find(step.absent), undefined);
  } else {
    assertHolds(await client.get(step.live), step.holds);
  }
}

async function judge(expected: Expected = {}, work: () => Promise<Outcome>): Promise<void> {
  let outcome: Outcome;
  try {
    outcome = await work();
  } catch (error) {
    if (expected.refused === undefined) throw error;
    assert.match(error instanceof Error ? error.message : String(error), expected.refused);
    return;
  }
  if (expected.refused) assert.fail(`must be refused with ${expected.refused}, and was not`);
  const { resource } = outcome;
  const { problems = [], outputs } = resource ?? {};
  if (expected.problem) assert.match(problems.join('\n'), expected.problem);
  else assert.deepEqual(problems, [], 'not ready');
  if (expected.changes) assert.deepEqual(outcome.changes, expected.changes);
  if (expected.operation) assert.equal(outcome.operation, expected.operation);
  if (expected.deleteBeforeReplace !== undefined) {
    assert.equal(outcome.deleteBeforeReplace, expected.deleteBeforeReplace);
  }
  if (typeof expected.id === 'string') assert.equal(resource?.id, expected.id);
  else if (expected.id) assert.match(resource?.id ?? '', expected.id);
  if (expected.outputs !== undefined) assertHolds(outputs?.value, expected.outputs);
  if (expected.secrets)
    assert.deepEqual(markedPaths(outputs?.value, outputs?.secrets).sort(), expected.secrets.sort());
  for (const path of expected.unknown ?? []) {
    const value = path.split('.').reduce<unknown>((part, name) => memberOf(part, name), outputs?.value);
    assert.equal(value, unknownValue, `${path} must be unknown`);
  }
}

/** Asserts that a value holds at least what another one says; null stands for nothing. */
function assertHolds(actual: unknown, wanted: unknown, path = ''): void {
  if (wanted === null) {
    assert.ok(
      actual === undefined || actual === null,
      `${path} must not be there, and is ${JSON.stringify(actual)}`,
    );
  } else if (Array.isArray(wanted)) {
    assert.ok(Array.isArray(actual), `${path} must be a list, and is ${JSON.stringify(actual)}`);
    assert.equal(actual.length, wanted.length, `${path} has another length: ${JSON.stringify(actual)}`);
    for (const [index, member] of wanted.entries()) assertHolds(actual[index], member, `${path}[${index}]`);
  } else if (isMap(wanted)) {
    for (const [name, member] of Object.entries(wanted)) {
      assertHolds(memberOf(actual, name), member, path === '' ? name : `${path}.${name}`);
    }
  } else {
    assert.deepEqual(actual, wanted, `${path} is another`);
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function nameOf(step: Step): string {
  const [subject] = Object.values(step);
  if (typeof subject === 'string') return subject;
  return 'metadata' in subject ? referenceOf(subject).name : String(subject.name);
}
