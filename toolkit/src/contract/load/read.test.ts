import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  ContractError,
  type ContractSet,
  loadContract,
  loadContracts,
  readContracts,
  type Violation,
} from '../index.ts';

const shop = join(import.meta.dirname, '../fixtures/shop');
const copies: string[] = [];
after(() => {
  for (const copy of copies) rmSync(copy, { recursive: true });
});

/** A copy of the shop with some of its files changed: by a new text, or from one text to another. */
function changedShop(changes: Record<string, string | [before: string, after: string] | undefined>): string {
  const copy = mkdtempSync(join(tmpdir(), 'contracts-'));
  copies.push(copy);
  cpSync(shop, copy, { recursive: true });
  const index = pathToFileURL(join(import.meta.dirname, '../index.ts')).href;
  edit(join(copy, 'stock/stock.contract.ts'), ['../../../index.ts', index]);
  for (const [file, change] of Object.entries(changes)) edit(join(copy, file), change);
  return copy;
}

function edit(file: string, change: string | [before: string, after: string] | undefined): void {
  if (change === undefined) {
    rmSync(file);
    return;
  }
  mkdirSync(join(file, '..'), { recursive: true });
  if (typeof change === 'string') writeFileSync(file, change);
  else {
    const text = readFileSync(file, 'utf8');
    assert.ok(text.includes(change[0]), `${file} does not hold ${change[0]}`);
    writeFileSync(file, text.replace(change[0], change[1]));
  }
}

/** Violations as `file:line path rule`. */
function summary(directory: string, { violations }: ContractSet): string[] {
  return violations.map(({ file, line, path, rule }) => {
    const place = relative(directory, file) + (line === undefined ? '' : `:${line}`);
    return `${place} ${path} [${rule}]`;
  });
}

async function violationsAfter(changes: Parameters<typeof changedShop>[0]): Promise<string[]> {
  const directory = changedShop(changes);
  return summary(directory, await readContracts(directory));
}

async function violationOf(changes: Parameters<typeof changedShop>[0]): Promise<Violation> {
  const { violations } = await readContracts(changedShop(changes));
  assert.equal(violations.length, 1, JSON.stringify(violations, null, 2));
  return violations[0] as Violation;
}

describe('a directory of contracts', () => {
  it('is read from YAML, JSON and TypeScript, of old versions and new, with everything they refer to', async () => {
    const contracts = await loadContracts(shop);
    assert.deepEqual(
      contracts.map(({ contract }) => contract.name),
      ['catalog', 'orders', 'payments', 'stock'],
    );
    const [catalog, orders, payments, stock] = contracts.map(({ references }) => references);
    assert.deepEqual([...(catalog?.operations.graphql?.keys() ?? [])], ['Query.article', 'Mutation.rename']);
    assert.deepEqual(orders?.operations.http?.get('placeOrder'), {
      id: 'placeOrder',
      method: 'POST',
      path: '/orders',
      repeatable: true,
    });
    assert.deepEqual(payments?.operations, {});
    assert.deepEqual(
      [...(stock?.operations.grpc?.values() ?? [])],
      [
        { id: 'shop.stock.v1.Stock/GetPrice', repeatable: true },
        { id: 'shop.stock.v1.Stock/Reserve', repeatable: false },
      ],
    );
  });

  it('brings schemas of other files into those that refer to them', async () => {
    const { references } = await loadContract(join(shop, 'orders/contract.yaml'));
    const schema = references.schemas['./events/placed.json'] as {
      $defs: object;
      properties: { total: object };
    };
    assert.deepEqual(schema.properties.total, { $ref: '#/$defs/money' });
    assert.ok('money' in schema.$defs);
    assert.ok('money' in (references.openapi as { components: { schemas: object } }).components.schemas);
  });

  it('without a contract is refused', async () => {
    const empty = changedShop({});
    for (const directory of ['orders/events', 'nowhere']) {
      const error = await loadContracts(join(empty, directory)).catch((reason: unknown) => reason);
      assert.ok(error instanceof ContractError);
      assert.equal(error.violations[0]?.rule, 'no-contract');
    }
  });

  it('is told everything at once, file by file, with lines', async () => {
    const violations = await violationsAfter({
      'orders/contract.yaml': ['deadline: 300ms', 'deadline: 100ms'],
      'payments/contract.yaml': ['owner: commerce', 'owner: The Commerce'],
      'catalog/contract.json': ['"size": "medium"', '"size": "huge", "sise": 1'],
      'orders/events/placed.json': ['"total": {', '"total": { "minimum": "none", '],
    });
    assert.deepEqual(violations.sort(), [
      'catalog/contract.json:13 documents.sise [unknown-key]',
      'catalog/contract.json:13 documents.size [unknown-value]',
      'orders/contract.yaml:17 calls[0].deadline [deadline-below-objective]',
      'orders/events/placed.json:12 properties.total.minimum [invalid-document]',
      'payments/contract.yaml:3 owner [wrong-form]',
    ]);
  });
});

describe('a violation in a file', () => {
  it('points at the value, at the key of a mapping, or as near to a missing one as can be', async () => {
    const lines = await violationsAfter({
      'orders/contract.yaml': [
        'description: Takes orders and follows them until they are paid.',
        'ports:\n  Bad Name:\n    port: 1',
      ],
      'payments/contract.yaml': ['image: shop/payments:2.0.1\n', ''],
    });
    assert.deepEqual(lines, [
      'orders/contract.yaml:6 ports["Bad Name"] [invalid-key]',
      'payments/contract.yaml:1 image [missing]',
    ]);
  });

  it('gives column and value', async () => {
    const violation = await violationOf({ 'orders/contract.yaml': ['partitions: 12', 'partitions: 0'] });
    assert.deepEqual(
      [violation.line, violation.column, violation.value, violation.allowed],
      [37, 17, '0', 'a whole number from 1 to 1000'],
    );
  });

  it('of an earlier version is told as it is written there', async () => {
    const violation = await violationOf({ 'payments/contract.yaml': ['timeout: 1s', 'timeout: 100ms'] });
    assert.deepEqual([violation.path, violation.line], ['calls[0].timeout', 6]);
  });
});

describe('a contract file', () => {
  const broken: Record<string, [file: string, text: string, rule: string]> = {
    'that is no YAML': ['payments/contract.yaml', 'name: [orders', 'invalid-yaml'],
    'with a key twice': ['payments/contract.yaml', 'name: a\nname: b\n', 'invalid-yaml'],
    'that expands without end': [
      'payments/contract.yaml',
      'a: &a [1,1]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c]\ne: [*d,*d,*d]\n',
      'invalid-yaml',
    ],
    'without a default export': ['stock/stock.contract.ts', 'export const contract = 1;', 'missing-export'],
    'that fails when it is imported': [
      'stock/stock.contract.ts',
      'throw new Error("no luck");',
      'failed-import',
    ],
  };
  for (const [what, [file, text, rule]] of Object.entries(broken)) {
    it(`${what} is refused, and nobody is blamed for calling it`, async () => {
      const directory = changedShop({ [file]: text });
      const { violations } = await readContracts(directory);
      const rules = violations.map((violation) => `${relative(directory, violation.file)} ${violation.rule}`);
      assert.deepEqual([...new Set(rules)], [`${file} ${rule}`]);
    });
  }

  it('in TypeScript names its own file when defineService refuses it', async () => {
    const directory = changedShop({ 'stock/stock.contract.ts': ["name: 'stock'", "name: 'The Stock'"] });
    assert.deepEqual(summary(directory, await readContracts(directory)), [
      'stock/stock.contract.ts name [wrong-form]',
    ]);
  });

  it('that is missing is refused', async () => {
    const error = await loadContract(join(shop, 'nowhere.yaml')).catch((reason: unknown) => reason);
    assert.ok(error instanceof ContractError);
    assert.equal(error.violations[0]?.rule, 'missing-file');
  });
});

describe('a file that a contract refers to', () => {
  it('that is missing is told where the contract names it', async () => {
    assert.deepEqual(
      await violationsAfter({
        'orders/openapi.yaml': undefined,
        'orders/events/placed.v1.json': undefined,
        'stock/stock.proto': undefined,
        'catalog/schema.graphql': undefined,
      }),
      [
        'catalog/contract.json:8 apis.graphql.schema [missing-file]',
        'orders/contract.yaml:10 apis.http.openapi [missing-file]',
        'orders/contract.yaml:34 publishes[0].previous[0].schema [missing-file]',
        'stock/stock.contract.ts apis.grpc.protobuf [missing-file]',
      ],
    );
  });

  const faults: Record<string, [file: string, change: string | [string, string], expected: string]> = {
    'an OpenAPI document of another version': [
      'orders/openapi.yaml',
      ['openapi: 3.1.1', 'openapi: 3.0.3'],
      'orders/openapi.yaml:1 openapi [invalid-document]',
    ],
    'an operation without id': [
      'orders/openapi.yaml',
      ['      operationId: placeOrder\n', ''],
      'orders/openapi.yaml:5 paths["/orders"].post [missing-operation-id]',
    ],
    'an operation id twice': [
      'orders/openapi.yaml',
      ['operationId: placeOrder', 'operationId: getOrder'],
      'orders/openapi.yaml:20 paths["/orders/{orderId}"].get.operationId [duplicate]',
    ],
    'a parameter without schema': [
      'orders/openapi.yaml',
      ['required: true, schema: { type: string } }', 'required: true }'],
      'orders/openapi.yaml:22 paths["/orders/{orderId}"].get.parameters[0] [invalid-document]',
    ],
    'a schema of no type': [
      'orders/openapi.yaml',
      ['orderId: { type: string }', 'orderId: { type: strng }'],
      'orders/openapi.yaml:47 components.schemas.Order.allOf[1].properties.orderId.type [invalid-document]',
    ],
    'a reference that leads nowhere': [
      'orders/openapi.yaml',
      ['schemas/Line', 'schemas/Lime'],
      'orders/openapi.yaml:34 components.schemas.NewOrder.properties.lines.items.$ref [dangling-reference]',
    ],
    'a reference to a file that is missing': [
      'orders/openapi.yaml',
      ['../money.json', '../monny.json'],
      'orders/openapi.yaml:41 components.schemas.Line.properties.price.$ref [dangling-reference]',
    ],
    'a reference to the network': [
      'orders/events/placed.json',
      ['"../../money.json"', '"https://schemas.example/money.json"'],
      'orders/events/placed.json:12 properties.total.$ref [unsupported-reference]',
    ],
    'a schema of another dialect': [
      'orders/events/placed.json',
      ['https://json-schema.org/draft/2020-12/schema', 'http://json-schema.org/draft-07/schema#'],
      'orders/events/placed.json:2 $schema [invalid-document]',
    ],
    'a keyword with a slip of the pen': [
      'orders/events/placed.v1.json',
      ['"required": ["orderId"', '"requierd": ["orderId"'],
      'orders/events/placed.v1.json:1  [invalid-document]',
    ],
    'a fault in a schema that another refers to': [
      'money.json',
      ['"pattern"', '"maxLength": -1, "pattern"'],
      '',
    ],
    'a syntax error in Protocol Buffers': [
      'stock/stock.proto',
      ['rpc GetPrice(', 'rpc GetPrice['],
      'stock/stock.proto:8  [invalid-document]',
    ],
    'a type that no import brings': [
      'money.proto',
      'syntax = "proto3"; package shop.v1;',
      'stock/stock.proto  [invalid-document]',
    ],
    'a Protocol Buffers file without services': [
      'stock/stock.proto',
      'syntax = "proto3"; package shop.stock.v1; message A {}',
      'stock/stock.proto  [invalid-document]',
    ],
    'a GraphQL schema with an unknown type': [
      'catalog/schema.graphql',
      ['article(id: ID!): Article', 'article(id: ID!): Artikel'],
      'catalog/schema.graphql  [invalid-document]',
    ],
  };
  for (const [what, [file, change, expected]] of Object.entries(faults)) {
    it(`holds ${what}: refused, with its place`, async () => {
      const violations = await violationsAfter({ [file]: change });
      if (expected === '')
        assert.ok(
          violations.length > 0 && violations.every((text) => text.includes('[invalid-document]')),
          violations.join('\n'),
        );
      else assert.deepEqual(violations, [expected]);
    });
  }
});

describe('one contract alone', () => {
  it('is checked against its own files, not against others', async () => {
    const directory = changedShop({ 'orders/contract.yaml': ['key: orderId', 'key: voucher'] });
    const error = await loadContract(join(directory, 'orders/contract.yaml')).catch(
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ContractError);
    assert.deepEqual(
      error.violations.map(({ path, rule }) => `${path} ${rule}`),
      ['publishes[0].key unusable-key'],
    );
  });
});
