import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { imageReference, rewriteReference } from './images.ts';

const image = { registry: 'quay.io', repository: 'strimzi/operator', tag: '1.2.0' };

describe('image references', () => {
  test('are registry, repository and tag, and a digest when it is known', () => {
    assert.equal(imageReference(image, {}), 'quay.io/strimzi/operator:1.2.0');
    assert.equal(
      imageReference({ ...image, digest: 'sha256:abc' }, {}),
      'quay.io/strimzi/operator:1.2.0@sha256:abc',
    );
  });

  for (const [written, expected] of [
    ['quay.io/strimzi/operator:1.2.0', 'mirror.example.org/cache/quay.io/strimzi/operator:1.2.0'],
    ['localhost/operator', 'mirror.example.org/cache/localhost/operator'],
    ['registry:5000/operator', 'mirror.example.org/cache/registry:5000/operator'],
    ['grafana/loki:3', 'mirror.example.org/cache/docker.io/grafana/loki:3'],
    ['nginx', 'mirror.example.org/cache/docker.io/library/nginx'],
  ] as const) {
    test(`${written} goes to the mirror with its registry in the path`, () => {
      assert.equal(rewriteReference(written, { prefix: 'mirror.example.org/cache' }), expected);
    });
  }

  test('are rewritten once, however often they are passed through', () => {
    const part = fc.stringMatching(/^[a-z]{1,6}$/);
    fc.assert(
      fc.property(part, part, part, (registry, repository, tag) => {
        const settings = { prefix: 'mirror.example.org' };
        const once = imageReference({ registry: `${registry}.io`, repository, tag }, settings);
        assert.equal(rewriteReference(once, settings), once);
      }),
    );
  });
});
