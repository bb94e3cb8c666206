import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ensureTools, inspectTools, preparePulumiHome, ToolchainError, labToolNames } from './index.ts';
import { programText, sha256, World } from './test-support/world.ts';
import { tools } from './tools.ts';

/** The failures of a call that must fail. */
async function failuresOf(call: Promise<unknown>): Promise<ToolchainError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ToolchainError, `expected a ToolchainError, got ${error}`);
  return error;
}

/** Everything in a cache that is not a finished program. */
function leftovers(cache: string): string[] {
  return ['.work', '.locks'].flatMap((directory) => {
    const path = join(cache, 'toolchain', directory);
    return existsSync(path) ? readdirSync(path) : [];
  });
}

describe('the toolchain looks for a program', () => {
  it('first at the stated path, in whatever version that is', async () => {
    await using world = await new World().open();
    const stated = world.install(join(world.directory, 'own/my-etcd'), programText('etcd', '3.5.0'));
    world.install(join(world.bin, 'etcd'), programText('etcd'));
    world.install(world.cached('etcd'), programText('etcd'));
    const environment = { ...world.environment, NINEFOLD_ETCD: stated };
    const { etcd } = await ensureTools(['etcd'], { ...world.options, environment });
    assert.equal(etcd, stated);
    assert.match(world.events.at(0)?.detail ?? '', /NINEFOLD_ETCD, version 3\.5\.0, not 3\.6\.8/);
  });

  it('at the stated path only, and says so when nothing can be run there', async () => {
    await using world = await new World().open();
    world.install(join(world.bin, 'etcd'), programText('etcd'));
    const environment = { ...world.environment, NINEFOLD_ETCD: '/nowhere/etcd' };
    const { failures } = await failuresOf(ensureTools(['etcd'], { environment }));
    assert.match(failures[0]?.attempts[0] ?? '', /NINEFOLD_ETCD=\/nowhere\/etcd is not a file/);
    assert.match(failures[0]?.fix ?? '', /NINEFOLD_ETCD/);
  });

  it('then on PATH, passing over other versions', async () => {
    await using world = await new World().open();
    const old = join(world.directory, 'old');
    world.install(join(old, 'etcd'), programText('etcd', '3.5.0'));
    const right = world.install(join(world.bin, 'etcd'), programText('etcd'));
    world.install(world.cached('etcd'), programText('etcd'));
    const environment = { ...world.environment, PATH: `.:${old}:${world.environment.PATH}` };
    assert.equal((await ensureTools(['etcd'], { environment })).etcd, right);
  });

  it('then in the cache', async () => {
    await using world = await new World().open();
    world.install(join(world.bin, 'etcd'), programText('etcd', '3.6.80'));
    const cached = world.install(world.cached('etcd'), programText('etcd'));
    assert.equal((await ensureTools(['etcd'], world.options)).etcd, cached);
    assert.deepEqual(world.requests, []);
    assert.deepEqual(world.steps('etcd'), ['found']);
  });

  it('in the cache below XDG_CACHE_HOME or the home directory when no other is stated', async () => {
    await using world = await new World().open();
    const { NINEFOLD_CACHE, ...rest } = world.environment;
    for (const [environment, root] of [
      [{ ...rest, XDG_CACHE_HOME: join(world.directory, 'xdg') }, join(world.directory, 'xdg/ninefold')],
      [rest, join(world.directory, '.cache/ninefold')],
    ] as const) {
      const path = join(root, world.cached('kwok').slice(world.cache.length));
      world.install(path, programText('kwok'));
      assert.equal((await ensureTools(['kwok'], { environment })).kwok, path);
    }
  });
});

describe(
  'a download',
  {
    skip: process.platform !== 'linux' && 'the publishers serve all programs for Linux only',
  },
  () => {
    it('of each publisher is checked, unpacked and kept', async () => {
      await using world = await new World().open();
      for (const name of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const) {
        world.publishKubernetes(name, programText(name));
      }
      world.publishEtcd(programText('etcd'));
      world.publishPulumi(programText('pulumi'));
      world.publishKwok(programText('kwok'));
      const paths = await ensureTools(labToolNames, world.options);
      for (const name of labToolNames) {
        assert.equal(paths[name], world.cached(name));
        assert.equal(readFileSync(paths[name], 'utf8'), programText(name));
        assert.deepEqual(world.steps(name), ['downloading', 'verifying', 'installed']);
      }
      assert.ok(existsSync(join(paths.pulumi, '../pulumi-language-nodejs')));
      assert.deepEqual(leftovers(world.cache), []);

      world.requests.length = 0;
      assert.deepEqual(await ensureTools(labToolNames, world.options), paths);
      assert.deepEqual(world.requests, []);
    });

    it('in a zip archive is unpacked', async () => {
      await using world = await new World().open();
      world.publishVault(programText('vault'));
      const { vault } = await ensureTools(['vault'], world.options);
      assert.equal(vault, world.cached('vault'));
      assert.equal(readFileSync(vault, 'utf8'), programText('vault'));
      assert.deepEqual(leftovers(world.cache), []);
    });

    it('whose checksum differs is refused and thrown away, and not replaced by a build', async () => {
      await using world = await new World().open();
      world.install(join(world.bin, 'go'), '#!/bin/sh\necho go1.26.0\n');
      world.publishKubernetes('kube-scheduler', programText('kube-scheduler'), sha256('something else'));
      const error = await failuresOf(ensureTools(['kube-scheduler'], world.options));
      assert.match(error.message, new RegExp(`SHA-256 ${sha256(programText('kube-scheduler'))}`));
      assert.match(error.message, /NINEFOLD_KUBE_SCHEDULER/);
      assert.equal(existsSync(world.cached('kube-scheduler')), false);
      assert.deepEqual(leftovers(world.cache), []);
      assert.equal(world.steps('kube-scheduler').includes('building'), false);
    });

    it('without a published checksum is not taken', async () => {
      await using world = await new World().open();
      world.publishEtcd(programText('etcd'));
      const list = [...world.published.keys()].find((path) => path.endsWith('SHA256SUMS'));
      assert.ok(list);
      world.published.set(list, `${sha256('other')}  other.tar.gz\n`);
      const error = await failuresOf(ensureTools(['etcd'], world.options));
      assert.match(error.message, /states no SHA-256 for etcd-v/);
      assert.deepEqual(world.requests, [`GET ${list}`]);
    });

    it('from an image is refused when a manifest or a layer is not what its digest says', async () => {
      for (const collection of ['manifests', 'blobs']) {
        await using world = await new World().open();
        world.publishKwok(programText('kwok'));
        const paths = [...world.published.keys()].filter((path) => path.includes(`/${collection}/sha256:`));
        assert.ok(paths.length > 0);
        for (const path of paths) world.published.set(path, '{"layers":[]} ');
        const error = await failuresOf(ensureTools(['kwok'], world.options));
        assert.match(error.message, new RegExp(`/v2/kwok/kwok/${collection}/sha256:\\w+ has SHA-256`));
        assert.equal(existsSync(world.cached('kwok')), false);
      }
    });

    it('of another version than its name says is not taken', async () => {
      await using world = await new World().open();
      world.publishKubernetes('kube-scheduler', programText('kube-scheduler', '1.35.0'));
      const error = await failuresOf(ensureTools(['kube-scheduler'], world.options));
      assert.match(error.message, /reports version 1\.35\.0, not 1\.36\.3/);
      assert.equal(existsSync(world.cached('kube-scheduler')), false);
    });

    it('gives a host that does not answer up once for all its programs', async () => {
      await using world = await new World().open();
      for (const name of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const) {
        world.publishKubernetes(name, 'silence', 'silence');
      }
      const names = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
      const error = await failuresOf(ensureTools(names, { ...world.options, patienceMs: 100 }));
      assert.equal(world.requests.length, 1);
      assert.equal(error.failures.length, 3);
      for (const { attempts } of error.failures)
        assert.match(attempts[0] ?? '', /did not answer within 0\.1 s/);
      for (const name of names) assert.ok(world.steps(name).includes('unreachable'));
    });
  },
);

describe('the toolchain', () => {
  it('reports everything that is missing at once, each with what was tried and what to do', async () => {
    await using world = await new World().open();
    const environment = { ...world.environment, NINEFOLD_KWOK: '/nowhere/kwok' };
    const error = await failuresOf(ensureTools(labToolNames, { ...world.options, environment }));
    assert.deepEqual(error.failures.map(({ tool }) => tool).sort(), [...labToolNames].sort());
    for (const { tool, attempts, fix } of error.failures) {
      assert.ok(attempts.length > 0);
      assert.match(fix, new RegExp(tools[tool].variable));
      assert.match(error.message, new RegExp(`^${tool}:$`, 'm'));
      assert.ok(world.steps(tool).includes('failed'));
    }
    assert.match(error.message, /there is no Go on PATH/);
    assert.match(error.message, /answered 404/);
  });

  it('inspects every way and fetches nothing', async () => {
    await using world = await new World().open();
    const stated = world.install(join(world.directory, 'own/etcd'), programText('etcd'));
    const onPath = world.install(join(world.bin, 'kwok'), programText('kwok'));
    const cached = world.install(world.cached('pulumi'), programText('pulumi'));
    world.publishKubernetes('kube-apiserver', programText('kube-apiserver'));
    const environment = { ...world.environment, NINEFOLD_ETCD: stated, NINEFOLD_KUBE_SCHEDULER: '/nowhere' };
    const before = new Map((await inspectTools({ environment })).map((status) => [status.tool, status]));
    assert.equal(before.get('etcd')?.path, stated);
    assert.equal(before.get('kwok')?.path, onPath);
    assert.equal(before.get('pulumi')?.path, cached);
    assert.equal(before.get('kube-scheduler')?.how, 'missing');
    assert.equal(before.get('kube-controller-manager')?.how, 'missing');
    assert.match(before.get('kube-controller-manager')?.fix ?? '', /install Go 1\.26/);
    if (process.platform === 'linux') assert.equal(before.get('kube-apiserver')?.how, 'download');

    world.install(join(world.bin, 'go'), '#!/bin/sh\necho go1.26.1\n');
    const after = new Map((await inspectTools({ environment })).map((status) => [status.tool, status]));
    assert.equal(after.get('kube-controller-manager')?.how, 'build');
    assert.ok((after.get('kube-controller-manager')?.expectedMs ?? 0) > 0);
    assert.ok(world.requests.length > 0);
    assert.deepEqual(
      world.requests.filter((request) => !request.startsWith('HEAD ')),
      [],
    );
  });

  it('puts the engine and its language hosts into a Pulumi home that outlives the cache', async () => {
    await using world = await new World().open();
    world.install(world.cached('pulumi'), programText('pulumi'));
    world.install(join(world.cached('pulumi'), '../pulumi-language-nodejs'), '#!/bin/sh\n');
    const home = join(world.directory, 'pulumi-home');
    const engine = await preparePulumiHome(home, world.options);
    assert.equal(engine, join(home, 'versions', tools.pulumi.version, 'bin/pulumi'));
    const { ino } = statSync(engine);
    assert.equal(await preparePulumiHome(home, world.options), engine);
    assert.equal(statSync(engine).ino, ino);
    rmSync(world.cache, { recursive: true });
    assert.equal(readFileSync(engine, 'utf8'), programText('pulumi'));
    assert.ok(existsSync(join(engine, '../pulumi-language-nodejs')));
    assert.deepEqual(readdirSync(join(engine, '..')).sort(), ['pulumi', 'pulumi-language-nodejs']);
  });

  it('replaces another engine in a Pulumi home', async () => {
    await using world = await new World().open();
    const home = join(world.directory, 'pulumi-home');
    const engine = join(home, 'versions', tools.pulumi.version, 'bin/pulumi');
    mkdirSync(join(engine, '..'), { recursive: true });
    world.install(engine, 'cut off');
    world.install(world.cached('pulumi'), programText('pulumi'));
    await preparePulumiHome(home, world.options);
    assert.equal(readFileSync(engine, 'utf8'), programText('pulumi'));
  });
});
