/**
 * Real servers for tests: found or installed, started empty on the loopback interface, and gone with the process
 * that started them.
 *
 * @module
 */
export { type KafkaServer, startKafka } from './kafka.ts';
export { type PostgresServer, type PostgresServerOptions, startPostgres } from './postgres.ts';
export type { RestartableServer } from './server-process.ts';
