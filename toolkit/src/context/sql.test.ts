import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { VirtualClock } from '../testing/virtual-clock.ts';
import {
  DeadlineExceeded,
  deriveContext,
  rootContext,
  sqlComment,
  sqlSettings,
  sqlSettingsStatement,
} from './index.ts';

const clock = new VirtualClock();

describe('the settings of a transaction', () => {
  it('end a statement when the caller stops waiting', () => {
    const context = deriveContext(rootContext, { timeout: 250, clock });
    assert.equal(sqlSettings(context, { clock }).statement_timeout, '250');
    assert.equal(sqlSettings(context, { clock, maximumTime: 100 }).statement_timeout, '100');
    assert.equal(sqlSettings(rootContext, { maximumTime: 100 }).statement_timeout, '100');
    assert.equal(sqlSettings(rootContext).statement_timeout, undefined);
  });

  it('are refused without time left, since PostgreSQL takes zero for no limit', () => {
    const context = deriveContext(rootContext, { timeout: 0, clock });
    assert.throws(() => sqlSettings(context, { clock }), DeadlineExceeded);
  });

  it('always hold a statement timeout that PostgreSQL takes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e15 }), (timeout) => {
        const written = Number(
          sqlSettings(deriveContext(rootContext, { timeout, clock }), { clock }).statement_timeout,
        );
        assert.ok(
          Number.isInteger(written) && written >= 1 && written <= 2_147_483_647 && written <= timeout,
        );
      }),
    );
  });

  it('replace the tenant and principal of the connection’s last user, also by nobody', () => {
    const context = deriveContext(rootContext, { tenant: 'acme', principal: { kind: 'user', id: 'u1' } });
    assert.deepEqual(
      { ...sqlSettings(context), ...sqlSettings(rootContext) },
      { 'ninefold.tenant': '', 'ninefold.principal': '', 'ninefold.traceparent': '' },
    );
    assert.equal(sqlSettings(context)['ninefold.tenant'], 'acme');
    assert.equal(sqlSettings(context)['ninefold.principal'], 'u1');
  });

  it('become one statement whose values are parameters', () => {
    const hostile = `'; drop table orders; --\0`;
    const { text, values } = sqlSettingsStatement(
      sqlSettings(deriveContext(rootContext, { tenant: hostile })),
    );
    assert.match(text, /^select set_config\(\$1, \$2, true\)(, set_config\(\$\d+, \$\d+, true\))*$/);
    assert.equal(values.length, text.match(/\$/g)?.length);
    assert.ok(values.includes(hostile.replace('\0', '\u{fffd}')));
  });

  it('keep the application’s name as short and plain as PostgreSQL does', () => {
    const name = sqlSettings(rootContext, { application: 'é'.repeat(100) }).application_name;
    assert.equal(name, '?'.repeat(63));
  });
});

describe('the comment of a statement', () => {
  const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 };

  it('names the trace', () => {
    assert.equal(
      sqlComment(deriveContext(rootContext, { trace })),
      ` /*traceparent='00-${'a'.repeat(32)}-${'b'.repeat(16)}-01'*/`,
    );
  });

  it('is empty without a valid trace', () => {
    assert.equal(sqlComment(rootContext), '');
    assert.equal(
      sqlComment(deriveContext(rootContext, { trace: { ...trace, traceId: '*/ drop table x; /*' } })),
      '',
    );
  });
});
