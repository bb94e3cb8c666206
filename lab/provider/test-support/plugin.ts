import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { codecs, type ErrorResourceInitFailed } from '../protocol/messages.ts';
import { type Method, methods } from '../protocol/service.ts';
import { decodeProperties, encodeProperties, type Properties, type PropertyMap } from '../property-values.ts';
import { initializationFailureType } from '../responses.ts';

const messageLimit = 400 * 1024 * 1024;

/** A resource that exists but is not ready, as the plugin tells it. */
export class InitializationFailure extends Error {
  readonly id: string;
  readonly outputs: Properties;
  readonly inputs: Properties | undefined;
  readonly reasons: string[];

  constructor(message: string, failed: ErrorResourceInitFailed) {
    super(message);
    this.id = failed.id;
    this.outputs = decodeProperties(failed.properties);
    this.inputs = failed.inputs.length > 0 ? decodeProperties(failed.inputs) : undefined;
    this.reasons = failed.reasons;
  }
}

/** A resource plugin as a process of its own, spoken to as the engine does. Works with any plugin, not only ours. */
export class Plugin {
  readonly process: ChildProcess;
  readonly #client: Client;

  private constructor(process: ChildProcess, port: string) {
    this.process = process;
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
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
    await plugin.call(methods.configure, { args: encodeProperties({ value: settings, secrets: new Map() }) });
    return plugin;
  }

  /** One call; a failure to initialize comes as {@link InitializationFailure}. */
  call<Request, Response>({ path, request, response }: Method<Request, Response>, message: Request) {
    return new Promise<Response>((resolve, reject) => {
      this.#client.makeUnaryRequest(path, request.encode, response.decode, message, (error, answer) => {
        if (error) reject(failureOf(error));
        else if (answer !== undefined) resolve(answer);
      });
    });
  }

  /** Tells the plugin that the engine wants to stop. */
  async cancel(): Promise<void> {
    await this.call(methods.cancel, {});
  }

  /** Ends the process and waits until it is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#client.close();
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill(signal);
    await once(this.process, 'exit');
  }
}

function failureOf(error: ServiceError): Error {
  const [details] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (details === undefined) return new Error(error.details);
  const [detail] = codecs.status.decode(Buffer.from(details)).details;
  if (detail?.type_url !== initializationFailureType) return new Error(error.details);
  return new InitializationFailure(error.details, codecs.initializationFailure.decode(detail.value));
}
