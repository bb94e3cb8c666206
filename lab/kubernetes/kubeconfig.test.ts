import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { stringify } from 'yaml';
import { KubeconfigError, parseKubeconfig, readKubeconfig } from './index.ts';

const encoded = (text: string) => Buffer.from(text).toString('base64');

function kubeconfig(user: object, cluster: object = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'one',
    contexts: [
      { name: 'one', context: { cluster: 'lab', user: 'me', namespace: 'shop' } },
      { name: 'two', context: { cluster: 'lab' } },
      { name: 'broken', context: { cluster: 'nowhere' } },
    ],
    clusters: [{ name: 'lab', cluster: { server: 'https://127.0.0.1:6443/', ...cluster } }],
    users: [{ name: 'me', user }],
  });
}

describe('a kubeconfig', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ninefold-kubeconfig-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  test('gives the connection of its current context, or of the one that is named', async () => {
    const text = kubeconfig(
      { 'client-certificate-data': encoded('certificate'), 'client-key-data': encoded('key') },
      { 'certificate-authority-data': encoded('authority'), 'tls-server-name': 'kubernetes' },
    );
    assert.deepEqual(await parseKubeconfig(text), {
      server: 'https://127.0.0.1:6443',
      namespace: 'shop',
      insecure: false,
      certificateAuthority: 'authority',
      clientCertificate: 'certificate',
      clientKey: 'key',
      serverName: 'kubernetes',
    });
    const two = await parseKubeconfig(text, { contextName: 'two' });
    assert.equal(two.namespace, 'default');
    assert.equal(two.clientKey, undefined);
  });

  test('may refer to files beside it', async () => {
    await writeFile(join(directory, 'ca.crt'), 'authority');
    await writeFile(join(directory, 'token'), 'secret-token\n');
    const path = join(directory, 'config');
    await writeFile(path, kubeconfig({ tokenFile: 'token' }, { 'certificate-authority': 'ca.crt' }));
    const connection = await readKubeconfig(path);
    assert.equal(connection.certificateAuthority, 'authority');
    assert.equal(connection.token, 'secret-token');
  });

  const refused: [string, () => Promise<unknown>, RegExp][] = [
    ['that is not there', () => readKubeconfig('/nowhere/config'), /\/nowhere\/config can't be read/],
    ['that is no YAML', () => parseKubeconfig('a: [secret-token'), /not valid YAML\.$/],
    ['that is something else', () => parseKubeconfig('clusters: 3\nusers: x'), /clusters: .*\n {2}users: /],
    [
      'without the context',
      () => parseKubeconfig(kubeconfig({}), { contextName: 'three' }),
      /no context "three"\. It has: one, two, broken/,
    ],
    [
      'without the cluster',
      () => parseKubeconfig(kubeconfig({}), { contextName: 'broken' }),
      /no cluster "nowhere"\. It has: lab/,
    ],
    [
      'whose files are gone',
      () => parseKubeconfig(kubeconfig({ tokenFile: '/nowhere/token' })),
      /\/nowhere\/token/,
    ],
    [
      'that asks a plugin for credentials',
      () => parseKubeconfig(kubeconfig({ exec: { command: 'aws' } })),
      /user "me" takes its credentials from a plugin/,
    ],
  ];
  for (const [which, parse, message] of refused) {
    test(`${which} is refused with what is wrong`, async () => {
      await assert.rejects(parse(), (error) => {
        assert.ok(error instanceof KubeconfigError);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /secret-token/);
        return true;
      });
    });
  }
});
