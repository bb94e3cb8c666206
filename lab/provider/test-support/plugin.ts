import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { credentials, type ServiceError } from '@grpc/grpc-js';
import services from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import messages from '@pulumi/pulumi/proto/provider_pb.js';
import statuses from '@pulumi/pulumi/proto/status_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import { decodeProperties, encodeProperties, type Properties, type PropertyMap } from '../property-values.ts';

const messageLimit = 400 * 1024 * 1024;

/** A resource that exists but is not ready, as the plugin tells it. */
export class InitializationFailure extends Error {
  readonly id: string;
  readonly outputs: Properties;
  readonly inputs: Properties | undefined;
  readonly reasons: string[];

  constructor(message: string, failed: messages.ErrorResourceInitFailed) {
    super(message);
    this.id = failed.getId();
    this.outputs = decodeProperties(failed.getProperties());
    this.inputs = failed.hasInputs() ? decodeProperties(failed.getInputs()) : undefined;
    this.reasons = failed.getReasonsList();
  }
}

/** A resource plugin as a process of its own, spoken to as the engine does. Works with any plugin, not only ours. */
export class Plugin {
  readonly process: ChildProcess;
  readonly client: InstanceType<typeof services.ResourceProviderClient>;

  private constructor(process: ChildProcess, port: string) {
    this.process = process;
    this.client = new services.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.max_receive_message_length': messageLimit,
      'grpc.max_send_message_length': messageLimit,
    });
  }

  /** Starts the plugin's program and configures it. */
  static async start(program: string, settings: PropertyMap): Promise<Plugin> {
    const child = spawn(program, [], { stdio: ['ignore', 'pipe', 'inherit'] });
    let port = '';
    for await (const line of createInterface({ input: child.stdout })) {
      port = line.trim();
      break;
    }
    if (!/^\d+$/.test(port)) throw new Error(`${program} printed no port but "${port}"`);
    const plugin = new Plugin(child, port);
    const request = new messages.ConfigureRequest();
    request.setArgs(encodeProperties({ value: settings, secrets: new Map() }));
    request.setAcceptsecrets(true);
    request.setSendsOldInputs(true);
    request.setSendsOldInputsToDelete(true);
    await plugin.call<messages.ConfigureResponse>((done) => plugin.client.configure(request, done));
    return plugin;
  }

  /** One call; a failure to initialize comes as {@link InitializationFailure}. */
  call<Response>(
    start: (done: (error: ServiceError | null, response: Response) => void) => unknown,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      start((error, response) => (error ? reject(failureOf(error)) : resolve(response)));
    });
  }

  async cancel(): Promise<void> {
    await this.call<empty.Empty>((done) => this.client.cancel(new empty.Empty(), done));
  }

  /** Ends the process and waits until it is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.client.close();
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill(signal);
    await once(this.process, 'exit');
  }
}

function failureOf(error: ServiceError): Error {
  const [details] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (details === undefined) return new Error(error.details);
  const [detail] = statuses.Status.deserializeBinary(Buffer.from(details)).getDetailsList();
  if (detail?.getTypeName() !== 'pulumirpc.ErrorResourceInitFailed') return new Error(error.details);
  const failed = messages.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
  return new InitializationFailure(error.details, failed);
}
