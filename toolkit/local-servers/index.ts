/**
 * Real servers on this machine, for tests and examples: found or installed, started empty on the loopback interface,
 * and gone with the process that started them, however that ends.
 *
 * @module
 */
export type { Tell } from './commands.ts';
export { type KafkaServer, startKafka } from './kafka.ts';
export { type PostgresServer, type PostgresServerOptions, startPostgres } from './postgres.ts';
export { type RestartableServer, ServerProcess, type ServerProcessOptions } from './server-process.ts';
