import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type FieldMutation, fieldMutations } from './fixtures/field-mutations.ts';
import { randomSet } from './fixtures/random-set.ts';
import { fileOf, type SetDraft, violationsOf } from './fixtures/set-draft.ts';
import { setMutations } from './fixtures/set-mutations.ts';
import { formatPath, formatViolations } from './violation.ts';

/** How many kinds of mutations must be tried for the catalogue to be believed. */
const FEWEST_KINDS = 200;

const schema: Record<string, unknown> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../service.schema.json'), 'utf8'),
);

/** Breaks one field of one contract and looks whether that place is named. */
function assertFieldRefused(set: SetDraft, index: number, mutation: FieldMutation): void {
  const broken = structuredClone(set);
  mutation.apply(broken[index]?.input);
  const violations = violationsOf(broken);
  const path = formatPath(mutation.path);
  const found = violations.find((violation) => violation.file === fileOf(index) && violation.path === path);
  assert.ok(found, `${mutation.kind} at ${path} was not refused there, but: ${formatViolations(violations)}`);
  for (const text of [found.problem, found.allowed, found.fix, found.value]) {
    assert.ok(
      text.length > 0 && !/undefined|\[object/.test(text),
      `${mutation.kind}: ${JSON.stringify(found)}`,
    );
  }
}

describe('random valid sets of contracts', () => {
  it('pass', () => {
    fc.assert(
      fc.property(fc.gen(), (random) => {
        const violations = violationsOf(randomSet(random));
        assert.equal(violations.length, 0, formatViolations(violations));
      }),
      { numRuns: 200 },
    );
  });
});

describe('each kind of mutation', () => {
  const kinds = new Set<string>();

  it('of a field is refused at its path', () => {
    // Many small sets together have every field; every kind is tried in the first that has it.
    for (const set of fc.sample(fc.gen(), { numRuns: 150, seed: 9 }).map(randomSet)) {
      for (const [index, { input }] of set.entries()) {
        for (const mutation of fieldMutations(schema, input)) {
          if (kinds.has(mutation.kind)) continue;
          kinds.add(mutation.kind);
          assertFieldRefused(set, index, mutation);
        }
      }
    }
    const untouched = fieldsOf(schema).filter(
      (field) => ![...kinds].some((kind) => kind.startsWith(`${field}: `)),
    );
    assert.deepEqual(untouched, [], 'fields of the schema that no mutation reached');
  });

  it('of what contracts keep by themselves and between them is refused at its path', () => {
    for (const set of fc.sample(fc.gen(), { numRuns: 15, seed: 9 }).map(randomSet)) {
      for (const [kind, mutate] of Object.entries(setMutations)) {
        const broken = structuredClone(set);
        const expected = mutate(broken);
        if (expected === undefined) continue;
        kinds.add(kind);
        const violations = violationsOf(broken);
        const file = fileOf(broken.indexOf(expected.service));
        const path = formatPath(expected.path);
        const found = violations.some(
          (violation) =>
            violation.file === file && violation.path === path && violation.rule === expected.rule,
        );
        const wanted = `${kind}: ${expected.rule} at ${file} ${path}`;
        assert.ok(found, `${wanted} was not found, but: ${formatViolations(violations)}`);
      }
    }
    const untried = Object.keys(setMutations).filter((kind) => !kinds.has(kind));
    assert.deepEqual(untried, [], 'mutations that applied to no set');
  });

  it(`was tried, at least ${FEWEST_KINDS} of them`, (test) => {
    test.diagnostic(
      `${kinds.size} kinds of mutations, ${Object.keys(setMutations).length} of them between fields`,
    );
    assert.ok(kinds.size >= FEWEST_KINDS, `only ${kinds.size} kinds`);
  });

  it('is refused in any set, not only where it was first tried', () => {
    fc.assert(
      fc.property(fc.gen(), fc.nat(), fc.nat(), (random, which, kind) => {
        const set = randomSet(random);
        const index = which % set.length;
        const mutations = fieldMutations(schema, set[index]?.input);
        assertFieldRefused(set, index, mutations[kind % mutations.length] as FieldMutation);
      }),
      { numRuns: 300 },
    );
  });
});

/** Every field that the schema knows, in the notation of the kinds. */
function fieldsOf(root: Record<string, unknown>): string[] {
  const definitions = root.$defs as Record<string, Record<string, unknown>>;
  const walk = (node: Record<string, unknown>, place: string): string[] => {
    const reference = node.$ref as string | undefined;
    const target = reference === undefined ? node : (definitions[reference.replace('#/$defs/', '')] ?? {});
    const here = place === '' ? [] : [place];
    if (target.type === 'array')
      return [...here, ...walk(target.items as Record<string, unknown>, `${place}[]`)];
    if (isMapping(target.additionalProperties))
      return [...here, ...walk(target.additionalProperties, `${place}.<name>`)];
    const children = Object.entries((target.properties ?? {}) as Record<string, Record<string, unknown>>);
    return [
      ...here,
      ...children.flatMap(([name, child]) => walk(child, place === '' ? name : `${place}.${name}`)),
    ];
  };
  return walk(root, '');
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
