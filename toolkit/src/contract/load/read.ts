import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkContracts, checkReferences } from '../check.ts';
import { asDefined, validateContract } from '../parse.ts';
import type { LoadedContract } from '../references.ts';
import type { RuleName } from '../rule-names.ts';
import { ContractError, type ContractSource, toViolation, type Violation, valueAt } from '../violation.ts';
import { readDocument } from './document.ts';
import type { ContractSet } from './index.ts';
import { readReferences } from './references.ts';
import { violationsOf } from './violations.ts';

/** What is taken for a contract: `contract.yaml`, `orders.contract.ts` and the like. */
const CONTRACT_FILE = /^(.+\.)?contract\.(ya?ml|json|[cm]?[jt]s)$/;
const CODE_FILE = /\.[cm]?[jt]s$/;
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage', 'vendor']);

/** Reads every contract below a directory and checks all of them. */
export async function readContracts(directory: string): Promise<ContractSet> {
  const files = await findContracts(directory).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  if (files.length === 0) return { contracts: [], violations: [nothingFound(directory)] };
  const results = await Promise.all(files.map(readContract));
  const contracts = results.flatMap(({ loaded }) => loaded ?? []);
  const unread = results.flatMap(({ loaded, name }) => (loaded === undefined ? [name] : []));
  const violations = [
    ...results.flatMap((result) => result.violations),
    ...checkContracts(contracts, { unread }),
  ];
  return { contracts, violations };
}

/** Reads one contract with its files and checks it by itself. */
export async function readWithReferences(
  file: string,
): Promise<{ loaded?: LoadedContract; violations: readonly Violation[] }> {
  const { loaded, violations } = await readContract(file);
  if (loaded === undefined) return { violations };
  return { loaded, violations: [...violations, ...checkReferences(loaded)] };
}

interface ReadContract {
  /** Undefined when the contract itself is not valid; its references may still be missing. */
  readonly loaded?: LoadedContract;
  /** The name it gives itself, valid or not. */
  readonly name?: string;
  readonly violations: readonly Violation[];
}

async function readContract(file: string): Promise<ReadContract> {
  const { value, source, violations } = CODE_FILE.test(file)
    ? await importContract(file)
    : await parseFile(file);
  if (violations.length > 0) return { violations };
  const name = valueAt(value, ['name']);
  const validation = validateContract(value, source);
  if (validation.contract === undefined) {
    return { violations: validation.violations, ...(typeof name === 'string' && { name }) };
  }
  const { contract, source: written = source } = validation;
  const { references, violations: unreadable } = await readReferences(contract, written);
  return { loaded: { contract, references, source: written }, name: contract.name, violations: unreadable };
}

interface RawContract {
  readonly value: unknown;
  readonly source: ContractSource;
  readonly violations: readonly Violation[];
}

async function parseFile(file: string): Promise<RawContract> {
  const document = await readDocument(file);
  return { value: document.value, source: document, violations: violationsOf(document) };
}

async function importContract(file: string): Promise<RawContract> {
  const source: ContractSource = { file };
  try {
    const module: unknown = await import(pathToFileURL(resolve(file)).href);
    const value = asDefined(valueAt(module, ['default']));
    if (value !== undefined) return { value, source, violations: [] };
    const fix = 'Write `export default defineService({ … })`.';
    return failed(
      source,
      'missing-export',
      'has no default export',
      'a file whose default export is a contract',
      fix,
    );
  } catch (error) {
    // The file's own contract was refused where it is defined.
    if (error instanceof ContractError) {
      return {
        value: undefined,
        source,
        violations: error.violations.map((violation) => ({ ...violation, file })),
      };
    }
    const message = error instanceof Error ? error.message : String(error);
    return failed(
      source,
      'failed-import',
      `can't be imported: ${message}`,
      'a module that loads',
      'Correct the module.',
    );
  }
}

function failed(
  source: ContractSource,
  rule: RuleName,
  problem: string,
  allowed: string,
  fix: string,
): RawContract {
  const violation = toViolation(
    { rule, path: [], problem, allowed, fix, value: undefined },
    source,
    undefined,
  );
  return { value: undefined, source, violations: [violation] };
}

async function findContracts(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const found = await Promise.all(
    entries
      .sort((left, right) => (left.name < right.name ? -1 : 1))
      .map(async (entry) => {
        if (entry.isDirectory()) {
          const skipped = SKIPPED.has(entry.name) || entry.name.startsWith('.');
          return skipped ? [] : findContracts(join(directory, entry.name));
        }
        return CONTRACT_FILE.test(entry.name) ? [join(directory, entry.name)] : [];
      }),
  );
  return found.flat();
}

function nothingFound(directory: string): Violation {
  return toViolation(
    {
      rule: 'no-contract',
      path: [],
      problem: 'holds no contract',
      allowed: 'files named contract.yaml, contract.ts, or anything before .contract.yaml or .contract.ts',
      fix: 'Name another directory, or rename the files.',
      value: undefined,
    },
    { file: directory },
    undefined,
  );
}
