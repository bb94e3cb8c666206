import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type BuiltPackage, buildPackage } from '../test-support/built-package.ts';
import { run } from '../local-servers/commands.ts';
import { inspectDeclarations } from '../test-support/declarations.ts';
import { NODE_VERSIONS, nodeBinary } from '../test-support/node-versions.ts';

/** The optional peers that a module can't be imported without; every other one is loaded when it is used. */
const OWN_PEERS: Record<string, readonly string[]> = {
  events: ['ajv', 'ajv-formats'],
  http: ['fastify', 'undici'],
  kafka: ['ajv', 'ajv-formats'],
  telemetry: ['pino', 'prom-client', '@opentelemetry/api'],
};

const source = import.meta.dirname;
const require = createRequire(import.meta.url);
let built: BuiltPackage;

before(async () => {
  built = await buildPackage();
});
after(() => built?.dispose());

/** Modules that can be imported, by name. */
function modules(): [name: string, declarations: string][] {
  return Object.entries(built.manifest.exports).flatMap(([path, target]) =>
    typeof target === 'string' ? [] : [[path.slice(2), join(built.directory, target.types)]],
  );
}

function declarationFiles(): string[] {
  return modules().flatMap(([, file]) => (existsSync(file) ? [file] : []));
}

/** Imports modules in a project; answers with what went wrong, by module. */
async function importEach(
  project: string,
  names: readonly string[],
  node = process.execPath,
): Promise<Record<string, string>> {
  const code = `
    const failures = {};
    for (const name of ${JSON.stringify(names)}) {
      try {
        const module = await import('@ninefold/toolkit/' + name);
        if (Object.keys(module).length === 0) failures[name] = 'exports nothing';
      } catch (error) {
        failures[name] = String(error);
      }
    }
    console.log(JSON.stringify(failures));`;
  const { stdout } = await run(node, ['--input-type=module', '--eval', code], { cwd: project });
  return JSON.parse(stdout);
}

/** A project beside the other with the package and some peers, taken from where the tests found them. */
function projectWith(peers: readonly string[]): string {
  const project = mkdtempSync(join(built.project, '../with-peers-'));
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  const ours = join('node_modules', '@ninefold/toolkit');
  // Copied, because Node looks for the peers of a linked package beside the place that the link leads to.
  cpSync(join(built.project, ours), join(project, ours), { recursive: true });
  const packages = readdirSync(join(built.project, 'node_modules'));
  for (const name of packages.filter((entry) => !entry.startsWith('.') && entry !== '@ninefold')) {
    link(join(built.project, 'node_modules', name), join(project, 'node_modules', name));
  }
  for (const peer of peers) link(packageDirectory(peer), join(project, 'node_modules', peer));
  return project;
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

function packageDirectory(name: string): string {
  const directory = require.resolve
    .paths(name)
    ?.map((path) => join(path, name))
    .find(existsSync);
  return directory ?? assert.fail(`${name} is not installed`);
}

describe('the package', () => {
  it('builds without a complaint', () => {
    assert.equal(built.complaints, '');
  });

  it('exports every module that there is, and none that there is not', () => {
    const internal = ['command-line'];
    const written = readdirSync(source, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(source, entry.name, 'index.ts')))
      .map(({ name }) => name)
      .filter((name) => !internal.includes(name));
    assert.deepEqual(
      modules()
        .map(([name]) => name)
        .sort(),
      written.sort(),
    );
  });

  it('holds nothing but what is built, the schema, the licence and the readme', () => {
    const installed = join(built.project, 'node_modules/@ninefold/toolkit');
    assert.deepEqual(readdirSync(installed).sort(), [
      'LICENSE',
      'README.md',
      'dist',
      'package.json',
      'service.schema.json',
    ]);
    const files = readdirSync(join(installed, 'dist'), { recursive: true }).map(String);
    assert.ok(files.length > 50);
    assert.deepEqual(
      files.filter((file) => /\.test\.|fixtures/.test(file)),
      [],
    );
  });

  it('brings no package that is not asked for', () => {
    const installed = readdirSync(join(built.project, 'node_modules')).filter(
      (name) => !name.startsWith('.'),
    );
    assert.deepEqual(installed.sort(), ['@ninefold', 'yaml', 'zod']);
  });
});

describe('its declarations', () => {
  it('have no any', () => {
    const { anys, files } = inspectDeclarations(declarationFiles());
    assert.ok(files > 50, `only ${files} files were looked at`);
    assert.deepEqual(anys, []);
  });

  it('tell what every export is, with an example', () => {
    const { undocumented, exports } = inspectDeclarations(declarationFiles());
    assert.ok(exports > 100, `only ${exports} exports were looked at`);
    assert.deepEqual(undocumented, []);
  });

  it('are understood by a strict compiler that checks libraries too', async () => {
    const project = projectWith(['@types/node']);
    writeFileSync(
      join(project, 'service.ts'),
      [
        `import { defineService } from '@ninefold/toolkit/contract';`,
        `import { currentContext, remainingTime } from '@ninefold/toolkit/context';`,
        `export const contract = defineService({ contract: 'v1', name: 'a', team: 'b', image: { name: 'c' } });`,
        `export const left: number = remainingTime(currentContext());`,
        `// @ts-expect-error a deadline has a unit`,
        `defineService({ ...contract, calls: [{ service: 's', operations: ['o'], deadline: '300' }] });`,
      ].join('\n'),
    );
    const options = { module: 'nodenext', target: 'es2024', strict: true, noEmit: true, types: ['node'] };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
    await run(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', project]).catch(
      (error: { stdout?: string }) => assert.fail(error.stdout),
    );
  });
});

describe('a module', () => {
  it('can be imported without any optional peer but its own', async () => {
    const failures = await importEach(
      built.project,
      modules().map(([name]) => name),
    );
    const unexpected = Object.entries(failures).filter(
      ([name, failure]) => !(OWN_PEERS[name] ?? []).some((peer) => failure.includes(`'${peer}'`)),
    );
    assert.deepEqual(unexpected, []);
    for (const name of Object.keys(failures)) {
      const again = await importEach(projectWith(OWN_PEERS[name] ?? []), [name]);
      assert.deepEqual(again, {}, `${name} with its own peers`);
    }
  });

  it('loads no HTTP client of Node by the way', async () => {
    // Every export of `node:http` that is read loads what stands behind it, which takes longer than all of the toolkit.
    const code = `
      await import('@ninefold/toolkit/http');
      const { ManagementServer } = await import('./node_modules/@ninefold/toolkit/dist/service/management-server.js');
      const server = new ManagementServer({}, { port: 0 });
      await server.start();
      const loaded = () => process.moduleLoadList.filter((name) => name.includes('undici'));
      const before = loaded();
      await fetch('data:,');
      console.log(JSON.stringify({ before, after: loaded() }));
      process.exit();`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: projectWith(OWN_PEERS['http'] ?? []),
    });
    const { before, after: then } = JSON.parse(stdout) as { before: string[]; after: string[] };
    assert.deepEqual(before, []);
    assert.ok(then.length > 0, 'loading it shows in the list');
  });

  it('that reads contracts loads no parser before it needs one', async () => {
    const yaml = join(built.project, 'node_modules/yaml');
    renameSync(yaml, `${yaml}-away`);
    try {
      assert.deepEqual(await importEach(built.project, ['contract']), {});
    } finally {
      renameSync(`${yaml}-away`, yaml);
    }
  });
});

describe('the installed package', () => {
  for (const version of NODE_VERSIONS) {
    it(`runs on Node ${version}`, async (test) => {
      const node = await nodeBinary(version).catch((error: Error) => error);
      if (node instanceof Error) {
        test.skip(node.message);
        return;
      }
      const peers = [...new Set(Object.values(OWN_PEERS).flat())];
      const project = projectWith(peers);
      assert.deepEqual(
        await importEach(
          project,
          modules().map(([name]) => name),
          node,
        ),
        {},
      );
      const code = `
        import { defineService } from '@ninefold/toolkit/contract';
        import { deriveContext, extract, httpHeaders, inject, rootContext } from '@ninefold/toolkit/context';
        const headers = {};
        inject(deriveContext(rootContext, { tenant: 'acme' }), httpHeaders(headers));
        const { tenant } = extract(httpHeaders(headers), { trusted: true });
        const { name } = defineService({ contract: 'v1', name: 'orders', team: 'b', image: { name: 'c' } });
        console.log(process.version, name, tenant);`;
      const { stdout } = await run(node, ['--input-type=module', '--eval', code], { cwd: project });
      assert.equal(stdout.trim(), `v${version} orders acme`);
      rmSync(project, { recursive: true });
    });
  }
});
