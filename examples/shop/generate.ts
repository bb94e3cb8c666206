/**
 * Writes the types of the APIs and events that the services and their callers share, from the files that the contracts
 * name. `--check` writes nothing and says what is out of date.
 */
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateEvent } from '@ninefold/toolkit/events';
import { generateApi } from '@ninefold/toolkit/http';

const directory = import.meta.dirname;
const services = ['orders', 'recommendations', 'stock', 'storefront'];
const events = {
  'orders/events/placed.json': 'orders/generated/placed.ts',
  'payments/events/settled.json': 'payments/generated/settled.ts',
};

/** What is to stand in each generated file. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const service of services) {
    files.set(`${service}/generated/api.ts`, await generateApi(join(directory, service, 'openapi.yaml')));
  }
  for (const [source, target] of Object.entries(events)) {
    files.set(target, await generateEvent(join(directory, source)));
  }
  return files;
}

/** The generated files that are not what their source gives. */
export async function stale(): Promise<ReadonlyMap<string, string>> {
  const files = await generated();
  return new Map([...files].filter(([file, text]) => read(join(directory, file)) !== text));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const isCheck = process.argv.includes('--check');
  for (const [file, text] of await stale()) {
    console.log(`${isCheck ? 'out of date' : 'written'}: ${file}`);
    if (isCheck) process.exitCode = 1;
    else {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      writeFileSync(join(directory, file), text);
    }
  }
}
