import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fastify from 'fastify';
import { httpServer, problemTypes, type VersionOptions } from './index.ts';

async function serve(versions: VersionOptions) {
  const app = fastify();
  await app.register(httpServer({ versions }).plugin);
  app.get('/orders', async ({ apiVersion }) => ({ apiVersion }));
  return app;
}

const versions: VersionOptions = {
  versions: { '1': { since: '2026-03-01', sunset: '2099-03-01' }, '2': 'current' },
  default: '1',
};

describe('an API of several versions', () => {
  it('answers in the version that is asked for, and says which it was', async () => {
    const app = await serve(versions);
    const answer = await app.inject({ url: '/orders', headers: { 'api-version': '2' } });
    assert.deepEqual(answer.json(), { apiVersion: '2' });
    assert.equal(answer.headers['api-version'], '2');
    assert.equal(answer.headers.vary, 'api-version');
    assert.equal(answer.headers.deprecation, undefined);
  });

  it('answers in the default version, and tells that it is on its way out', async () => {
    const app = await serve(versions);
    const answer = await app.inject('/orders');
    assert.deepEqual(answer.json(), { apiVersion: '1' });
    assert.equal(answer.headers.deprecation, '@1772323200');
    assert.equal(answer.headers.sunset, 'Sun, 01 Mar 2099 00:00:00 GMT');
  });

  it('refuses a version that it does not speak, and names those it does', async () => {
    const app = await serve(versions);
    const answer = await app.inject({ url: '/orders', headers: { 'api-version': '3' } });
    assert.equal(answer.statusCode, 400);
    assert.equal(answer.json().type, problemTypes.unsupportedVersion);
    assert.deepEqual(answer.json().supported, ['1', '2']);
  });

  it('refuses a version after its end, when that is enforced', async () => {
    const app = await serve({
      versions: { '1': { since: '2020-01-01', sunset: '2021-01-01', enforce: true }, '2': 'current' },
      default: '1',
    });
    assert.equal((await app.inject('/orders')).statusCode, 410);
  });

  it('has its default among its versions', () => {
    assert.throws(
      () => httpServer({ versions: { ...versions, default: '3' } }),
      /versions\.default is 3: give it one of 1, 2/,
    );
  });
});
