import type { Outbox, Running } from '@ninefold/toolkit/eventstore';
import type { KafkaPublisher } from '@ninefold/toolkit/kafka';
import type { Component } from '@ninefold/toolkit/service';
import type { Pool } from 'pg';
import type { Logger } from 'pino';

/** A pool as a part of a service: prepares the tables, is looked at by readiness, and closes after all that use it. */
export function database(pool: Pool, prepare: () => Promise<void>): Component {
  // A connection that breaks while nobody uses it is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  return {
    name: 'database',
    needs: { database: 'postgresql' },
    start: prepare,
    checks: [{ name: 'database', check: async () => void (await pool.query('select 1')) }],
    close: () => pool.end(),
  };
}

/** Sends what waits in the outbox; of all instances one does, and another takes over when it ends. */
export function outboxRelay<Transaction>(
  outbox: Outbox<Transaction>,
  publisher: KafkaPublisher,
  logger: Logger,
): Component {
  let relay: Running | undefined;
  return {
    name: 'outbox-relay',
    start: () => {
      relay = outbox.relay({
        publish: (messages) => publisher.publishMessages(messages),
        onError: (error) => logger.warn({ error }, 'the outbox has to wait'),
      });
    },
    close: () => relay?.stop(),
    describe: () => relay?.describe(),
  };
}
