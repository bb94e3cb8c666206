import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import toolkit from '../toolkit/package.json' with { type: 'json' };

const root = join(import.meta.dirname, '..');
const rooms = ['stacks', 'components', 'policies', 'preview', 'lab', 'scripts', 'toolkit', 'examples'];

/** Which rooms each room may import from, besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  components: ['toolkit/src/contract'],
  examples: ['toolkit', 'components', 'stacks'],
  lab: [],
  policies: [],
  preview: [],
  scripts: [...rooms, 'package.json'],
  stacks: ['components'],
  toolkit: [],
};

interface Import {
  from: string;
  to: string;
}

/** Every relative import of the project's own code, tests left out, as paths from the root. */
function imports(): Import[] {
  return rooms.flatMap((room) =>
    sources(join(root, room)).flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      const found = text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
      return [...found].map(([, target = '']) => ({
        from: relative(root, file),
        to: relative(root, resolve(dirname(file), target)),
      }));
    }),
  );
}

function sources(directory: string): string[] {
  // A room that is still empty is not in the repository.
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !/\.test\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/node_modules|[/\\]dist[/\\]|test-support|[/\\]bench[/\\]/.test(file));
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

const all = imports();

test('there are imports to judge', () => {
  assert.ok(all.length > 100, `${all.length} imports were found`);
});

test('rooms import only from the rooms that they may', () => {
  const wrong = all.filter(({ from, to }) => {
    const room = from.split('/')[0] ?? '';
    return !isInside(to, room) && !(mayImport[room] ?? []).some((allowed) => isInside(to, allowed));
  });
  assert.deepEqual(wrong, []);
});

test('an implementation imports its own capability, what that shares, and the kit, never another implementation', () => {
  const wrong = all.filter(({ from, to }) => {
    const [room, capability, implementation] = from.split('/');
    if (room !== 'components' || capability === 'kit' || from === 'components/registry.ts') return false;
    if (isInside(to, 'components/kit')) return false;
    // What several implementations of one capability have in common stands in its folder `shared`.
    const own = [`capability.ts`, 'shared', implementation].map((part) => `components/${capability}/${part}`);
    return to.startsWith('components/') && !own.some((allowed) => isInside(to, allowed));
  });
  assert.deepEqual(wrong, []);
});

test('the kit imports no capability', () => {
  const wrong = all.filter(
    ({ from, to }) => isInside(from, 'components/kit') && !isInside(to, 'components/kit'),
  );
  assert.deepEqual(wrong, []);
});

test('the contract imports nothing of ours but itself', () => {
  const folder = 'toolkit/src/contract';
  const wrong = all.filter(({ from, to }) => isInside(from, folder) && !isInside(to, folder));
  assert.deepEqual(wrong, []);
});

test('every module of the toolkit can be imported from its source within the repository', () => {
  const modules = Object.entries(toolkit.exports).filter(([, target]) => typeof target !== 'string');
  assert.ok(modules.length > 5, `${modules.length} modules are exported`);
  for (const [name, target] of modules) {
    const source = (target as Partial<Record<string, string>>)['@ninefold/source'];
    assert.equal(source, name.replace('.', './src') + '/index.ts', name);
    assert.ok(existsSync(join(root, 'toolkit', source)), source);
  }
});

test('toolkit and policies know nothing of Pulumi', () => {
  const users = ['toolkit', 'policies'].flatMap((room) => sources(join(root, room)));
  const wrong = users.filter((file) => /from '@pulumi\//.test(readFileSync(file, 'utf8')));
  assert.deepEqual(wrong, []);
});

test('the kit has no circle of imports, types included', () => {
  const inside = all.filter(({ from, to }) => [from, to].every((path) => isInside(path, 'components/kit')));
  let remaining = inside;
  for (;;) {
    // What imports nothing that is left is in no circle.
    const next = remaining.filter(({ to }) => remaining.some(({ from }) => from === to));
    if (next.length === remaining.length) break;
    remaining = next;
  }
  assert.ok(inside.length > 50, `${inside.length} imports were found`);
  assert.deepEqual(remaining, []);
});
