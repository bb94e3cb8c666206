import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, watch, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { findGo } from './from-go.ts';
import { ensureTools, ToolchainError } from './index.ts';
import { readSettings } from './settings.ts';
import { programText, World } from './test-support/world.ts';
import { tools } from './tools.ts';
import { reportedVersion } from './version.ts';

/**
 * A Go that answers for its version, notes each build with its working directory, and then does as told: `text`
 * runs with the output directory in `$out`.
 */
function goText(world: World, text: string): string {
  return `#!/bin/sh
if [ "$1" = env ]; then echo go1.26.0; exit; fi
for argument in "$@"; do case "$argument" in -o=*) out="\${argument#-o=}";; esac; done
echo "$PWD" >> '${join(world.directory, 'builds')}'
${text}
`;
}

/** The shell text that makes the output of an etcd build. */
const makesEtcd = `cat > "$out/server" <<'PROGRAM'
${programText('etcd')}PROGRAM
chmod +x "$out/server"`;

const toolchainModule = JSON.stringify(new URL('./index.ts', import.meta.url).href);

/** Source of a process that gets etcd and prints its path. */
const getsEtcd = `
  import { ensureTools } from ${toolchainModule};
  console.log((await ensureTools(['etcd'])).etcd);`;

const node = (environment: NodeJS.ProcessEnv) =>
  [process.execPath, ['--input-type=module', '-e', getsEtcd], { env: environment }] as const;

function builds(world: World): string[] {
  const path = join(world.directory, 'builds');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}

describe('a build from Go modules', () => {
  it('is made when there is no download, from the pinned module, and reports how long it will take', async () => {
    await using world = await new World().open();
    world.install(join(world.bin, 'go'), goText(world, `cp go.mod '${world.directory}'\n${makesEtcd}`));
    const { etcd } = await ensureTools(['etcd'], world.options);
    assert.equal(etcd, world.cached('etcd'));
    const building = world.events.find(({ step }) => step === 'building');
    assert.ok((building?.expectedMs ?? 0) > 0);
    assert.equal(world.steps('etcd').at(-1), 'installed');
    assert.match(
      readFileSync(join(world.directory, 'go.mod'), 'utf8'),
      /^require go\.etcd\.io\/etcd\/server\/v3 v3\.6\.8$/m,
    );
    assert.equal(existsSync(builds(world)[0] ?? ''), false, 'the working directory is gone');
  });

  it('compiles corrected copies of sources that don’t fit each other, and leaves the module as it is', async () => {
    await using world = await new World().open();
    const module = join(world.directory, 'module');
    const sources = new Map(
      tools.vault.build.corrections?.map(({ file, replace }) => [
        join(module, file),
        replace.map(([from]) => `before ${from} after`).join('\n'),
      ]),
    );
    assert.ok(sources.size > 1);
    for (const [path, text] of sources) world.install(path, text);
    const keeps = `
if [ "$1" = mod ]; then echo '{ "Dir": "${module}" }'; exit; fi
for argument in "$@"; do case "$argument" in -overlay=*) cp "\${argument#-overlay=}" '${world.directory}';; esac; done
cp -r go.mod corrected '${world.directory}'
cat > "$out/vault" <<'PROGRAM'
${programText('vault')}PROGRAM
chmod +x "$out/vault"`;
    world.install(join(world.bin, 'go'), goText(world, keeps));
    assert.equal((await ensureTools(['vault'], world.options)).vault, world.cached('vault'));
    const written = (name: string) => readFileSync(join(world.directory, name), 'utf8');
    assert.match(written('go.mod'), /^replace github\.com\/hashicorp\/vault => \.\/module$/m);
    const { Replace: overlay } = JSON.parse(written('overlay.json')) as { Replace: Record<string, string> };
    for (const { file, replace } of tools.vault.build.corrections ?? []) {
      const path = Object.keys(overlay).find((one) => one.endsWith(`/module/${file}`));
      const text = written(join('corrected', basename(overlay[path ?? ''] ?? '')));
      assert.equal(text, replace.map(([, by]) => `before ${by} after`).join('\n'));
    }
    for (const [path, text] of sources) assert.equal(readFileSync(path, 'utf8'), text);

    // Another version of the module may say it otherwise: then nobody knows what would be compiled.
    rmSync(world.cached('vault'));
    const [first = ''] = sources.keys();
    writeFileSync(first, 'package other');
    await assert.rejects(
      ensureTools(['vault'], world.options),
      /holds not exactly once what is to be replaced/,
    );
  });

  it('that fails is reported with what Go said', async () => {
    await using world = await new World().open();
    world.install(join(world.bin, 'go'), goText(world, 'echo "no route to the proxy" >&2; exit 1'));
    await assert.rejects(ensureTools(['etcd'], world.options), (error) => {
      assert.ok(error instanceof ToolchainError);
      assert.match(error.message, /no route to the proxy/);
      assert.match(error.failures[0]?.fix ?? '', /go env GOPROXY/);
      return true;
    });
  });

  it('that reports another version is not taken', async () => {
    await using world = await new World().open();
    const wrong = makesEtcd.replaceAll(tools.etcd.version, '3.6.0');
    world.install(join(world.bin, 'go'), goText(world, wrong));
    await assert.rejects(ensureTools(['etcd'], world.options), /reports version 3\.6\.0, not 3\.6\.8/);
    assert.equal(existsSync(world.cached('etcd')), false);
  });

  it('with a Go that is too old is not begun', async () => {
    await using world = await new World().open();
    world.install(join(world.bin, 'go'), '#!/bin/sh\necho go1.25.7\n');
    await assert.rejects(ensureTools(['etcd'], world.options), /is Go 1\.25\.7, older than 1\.26/);
  });

  it('that is killed can be run again, and leaves nothing behind', async () => {
    await using world = await new World().open();
    const pid = join(world.directory, 'pid');
    writeFileSync(pid, '');
    world.install(
      join(world.bin, 'go'),
      goText(world, `echo half > "$out/server"; echo $$ > '${pid}'; exec sleep 600`),
    );
    const watcher = watch(pid);
    const first = spawn(...node(world.environment));
    while (readFileSync(pid, 'utf8').trim() === '') await once(watcher, 'change');
    watcher.close();
    const [directory] = builds(world);
    assert.ok(directory);
    first.kill('SIGKILL');
    await once(first, 'exit');
    assert.equal(existsSync(directory), true, 'a killed run can not clean up');
    process.kill(Number(readFileSync(pid, 'utf8')), 'SIGKILL');

    world.install(join(world.bin, 'go'), goText(world, makesEtcd));
    const { etcd } = await ensureTools(['etcd'], world.options);
    assert.equal(readFileSync(etcd, 'utf8'), programText('etcd'));
    assert.equal(existsSync(directory), false);
    assert.deepEqual(readdirSync(join(world.cache, 'toolchain/.work')), []);
    assert.deepEqual(readdirSync(join(world.cache, 'toolchain/.locks')), []);
  });

  it('can be given up', async () => {
    await using world = await new World().open();
    world.install(join(world.bin, 'go'), goText(world, 'exec sleep 600'));
    const giveUp = new AbortController();
    const report = ({ step }: { step: string }) => {
      if (step === 'building') giveUp.abort();
    };
    const call = ensureTools(['etcd'], { ...world.options, report, signal: giveUp.signal });
    await assert.rejects(call, { name: 'AbortError' });
    assert.deepEqual(readdirSync(join(world.cache, 'toolchain/.work')), []);
  });

  it('is made once when several processes want it at the same time', async () => {
    await using world = await new World().open();
    world.install(join(world.bin, 'go'), goText(world, makesEtcd));
    const results = await Promise.all(
      Array.from({ length: 3 }, () => promisify(execFile)(...node(world.environment))),
    );
    for (const { stdout } of results) assert.equal(stdout.trim(), world.cached('etcd'));
    assert.equal(builds(world).length, 1);
  });

  it('by the real Go yields a program of the pinned version', async (t) => {
    const go = await findGo(readSettings());
    if ('problem' in go) return t.skip(go.problem);
    await using world = await new World().open();
    // Nothing is published, and Go alone is on the path.
    symlinkSync(go.path, join(world.bin, 'go'));
    const environment = { ...process.env, ...world.environment, HOME: process.env.HOME, PATH: world.bin };
    const { etcd } = await ensureTools(['etcd'], { environment });
    assert.equal(etcd, world.cached('etcd'));
    assert.equal(await reportedVersion(tools.etcd, etcd), tools.etcd.version);
  });
});
