import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { checkContracts, defineService, readContracts } from '@ninefold/toolkit/contract';
import { stale } from './generate.ts';
import { startOrder } from './run/start-order.ts';

const shop = import.meta.dirname;
const copies: string[] = [];
after(() => {
  for (const copy of copies) rmSync(copy, { recursive: true });
});

/** A copy of the contracts in YAML, with the files that they refer to, in which one text is another. */
function contractsWith(file: string, text: string, other: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'ninefold-shop-contracts-'));
  copies.push(copy);
  for (const service of ['orders', 'stock', 'recommendations']) {
    cpSync(join(shop, service), join(copy, service), {
      recursive: true,
      filter: (source) => !source.endsWith('.ts'),
    });
  }
  const content = readFileSync(join(copy, file), 'utf8');
  assert.ok(content.includes(text), `${file} has ${text}`);
  writeFileSync(join(copy, file), content.replace(text, other));
  return copy;
}

async function rulesBroken(directory: string): Promise<string[]> {
  const { violations } = await readContracts(directory);
  return violations.map(({ rule, file, path }) => `${rule} ${basename(file)} ${path}`);
}

describe('the contracts of the shop', () => {
  it('are valid, each and together, in YAML and TypeScript', async () => {
    const { contracts, violations } = await readContracts(shop);
    assert.deepEqual(violations, []);
    assert.deepEqual(
      contracts.map(({ contract, source }) => `${contract.name} ${basename(source.file)}`),
      [
        'orders contract.yaml',
        'payments contract.ts',
        'recommendations contract.yaml',
        'stock contract.yaml',
        'storefront contract.ts',
      ],
    );
  });

  it('are refused together when a call leads to an operation that is not there', async () => {
    const directory = contractsWith('orders/contract.yaml', '[getArticle]', '[getPrice]');
    const broken = await rulesBroken(directory);
    assert.ok(broken.includes('unknown-operation contract.yaml calls[0].operations[0]'), broken.join());
  });

  it('are refused together when a caller waits shorter than the callee may take', async () => {
    const directory = contractsWith('orders/contract.yaml', 'deadline: 500ms', 'deadline: 100ms');
    const broken = await rulesBroken(directory);
    assert.ok(broken.includes('deadline-below-objective contract.yaml calls[0].deadline'), broken.join());
  });

  it('are refused together when a reader does not understand what is published', async () => {
    const { contracts } = await readContracts(shop);
    const stock = contracts.find(({ contract }) => contract.name === 'stock');
    assert.ok(stock);
    const consumes = [{ ...stock.contract.consumes[0], topic: 'orders.placed', version: 2 }];
    const changed = { ...stock, contract: { ...stock.contract, consumes } } as typeof stock;
    const rules = checkContracts(contracts.map((one) => (one === stock ? changed : one))).map(
      ({ rule }) => rule,
    );
    assert.deepEqual(rules, ['unknown-version']);
  });
});

describe('what the services share', () => {
  it('is generated from the files that the contracts name', async () => {
    assert.deepEqual([...(await stale()).keys()], [], 'run `npm run generate -w examples/shop`');
  });
});

describe('the order of starting', () => {
  const service = (name: string, ...callees: string[]) =>
    defineService({
      contract: 'v1',
      name,
      team: 'shop',
      image: { name },
      calls: callees.map((callee) => ({ service: callee, operations: ['get'], deadline: '1s' })),
    });

  it('has every service after those that it calls', () => {
    const contracts = [service('a', 'b', 'c'), service('b', 'c'), service('c'), service('d')];
    assert.deepEqual(startOrder(contracts), [['c', 'd'], ['b'], ['a']]);
  });

  it('is not looked for without end where calls lead in a circle', () => {
    assert.throws(() => startOrder([service('a', 'b'), service('b', 'a')]), /in a circle: a, b/);
  });
});
