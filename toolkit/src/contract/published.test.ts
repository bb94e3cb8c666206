import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type * as z from 'zod';
import { publishedFiles } from '../../scripts/contract/publish.ts';
import { fieldMutations } from './fixtures/field-mutations.ts';
import { randomSet } from './fixtures/random-set.ts';
import type { ServiceContractInput } from './generated/types.ts';
import { isRecord } from './json-schema.ts';
import type { contractSchema, ParsedContract } from './schema/contract.ts';

const project = join(import.meta.dirname, '../../..');
const schema: Record<string, unknown> = JSON.parse(
  readFileSync(join(project, 'toolkit/service.schema.json'), 'utf8'),
);

describe('what is published from the contract’s schema', () => {
  for (const [path, text] of publishedFiles()) {
    it(`${path} is current`, () => {
      assert.equal(readFileSync(join(project, path), 'utf8'), text, 'run `npm run schema -w toolkit`');
    });
  }

  it('describes every field', () => {
    const undescribed = [...nodesOf(schema)].filter(
      ({ place, node }) =>
        /\/properties\/[^/]+$/.test(place) && !('description' in node) && !('$ref' in node),
    );
    assert.deepEqual(
      undescribed.map(({ place }) => place),
      [],
    );
    assert.ok([...nodesOf(schema)].length > 150);
  });

  it('gives an example for every field, and each example is valid', () => {
    let examples = 0;
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema(schema);
    for (const { place, node } of nodesOf(schema)) {
      if (!Array.isArray(node.examples)) continue;
      const validate = ajv.getSchema(`${schema.$id}#${place}`) ?? assert.fail(place);
      for (const example of node.examples) {
        examples++;
        assert.ok(
          validate(example),
          `${place}: ${JSON.stringify(example)} ${ajv.errorsText(validate.errors)}`,
        );
      }
    }
    assert.ok(examples > 100, `only ${examples} examples`);
  });
});

describe('the published JSON Schema', () => {
  const validate = new Ajv2020({ strict: false }).compile(schema);

  it('takes what the contract’s own checks take, and refuses each broken field that they refuse', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.gen(), (random) => {
        for (const { input } of randomSet(random)) {
          assert.ok(validate(input), JSON.stringify(validate.errors));
          for (const mutation of fieldMutations(schema, input)) {
            // How long a duration may be is said in words only.
            if (mutation.kind.includes('beyond the range')) continue;
            const broken = structuredClone(input);
            mutation.apply(broken);
            refused++;
            assert.equal(validate(broken), false, mutation.kind);
          }
        }
      }),
      { numRuns: 10 },
    );
    assert.ok(refused > 1_000);
  });
});

function* nodesOf(node: unknown, place = ''): Iterable<{ place: string; node: Record<string, unknown> }> {
  if (!isRecord(node)) return;
  yield { place, node };
  for (const keyword of ['properties', '$defs']) {
    for (const [name, child] of Object.entries(isRecord(node[keyword]) ? node[keyword] : {})) {
      yield* nodesOf(child, `${place}/${keyword}/${name}`);
    }
  }
  for (const keyword of ['items', 'additionalProperties'])
    yield* nodesOf(node[keyword], `${place}/${keyword}`);
}

/** The written types and the schema say the same: a difference does not compile. */
type ReadonlyDeep<Value> = Value extends object
  ? { readonly [Key in keyof Value]: ReadonlyDeep<Value[Key]> }
  : Value;
type Assignable<From extends To, To> = From;
export type WrittenFitsSchema = Assignable<
  ServiceContractInput,
  ReadonlyDeep<z.input<typeof contractSchema>>
>;
export type KeysAreTheSame = Assignable<keyof ParsedContract, keyof ServiceContractInput>;
