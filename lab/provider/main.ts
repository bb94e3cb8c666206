import { Server, ServerCredentials } from '@grpc/grpc-js';
import { CallsUnderWay } from './calls-under-way.ts';
import { serviceDefinition } from './protocol/service.ts';
import { Provider } from './provider.ts';
import { serviceOf } from './server.ts';

/** As large as the engine's own limit (sdk/go/common/util/rpcutil): a definition with its schemas is megabytes. */
const messageLimit = 400 * 1024 * 1024;

/** How often the provider looks whether the engine that started it is still there, in milliseconds. */
const parentCheckMs = 1000;

const provider = new Provider();
const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith('-'));
if (engineAddress) provider.attach(engineAddress);

const server = new Server({
  'grpc.max_receive_message_length': messageLimit,
  'grpc.max_send_message_length': messageLimit,
});
const calls = new CallsUnderWay();
server.addService(serviceDefinition(), serviceOf(provider, calls));

/** The engine gives a plugin five seconds from its interrupt to its end (sdk/go/common/resource/plugin/plugin.go). */
const drainMs = 4000;

/** How long an answer may take to be sent, once it is given, in milliseconds. */
const sendMs = 50;

const exit = async () => {
  await provider.close();
  server.forceShutdown();
  process.exit(0);
};
// Waits end at once, and what is under way is answered, so that the engine can record it.
const drain = () => {
  provider.cancel();
  setTimeout(() => void exit(), drainMs);
  void calls.settled().then(() => {
    // Now and then the engine keeps its connection open although it was told that this is the end.
    server.tryShutdown(() => void exit());
    setTimeout(() => void exit(), sendMs);
  });
};
process.once('SIGINT', drain);
process.once('SIGTERM', drain);

// An engine that is killed can't end its plugins; nobody would.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) void exit();
}, parentCheckMs).unref();

server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
  // The engine reads the port from the first line.
  process.stdout.write(`${port}\n`);
});
