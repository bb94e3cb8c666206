/** Real servers for tests. */
export {
  type KafkaServer,
  type PostgresServer,
  type PostgresServerOptions,
  type RestartableServer,
  startKafka,
  startPostgres,
} from '../local-servers/index.ts';
