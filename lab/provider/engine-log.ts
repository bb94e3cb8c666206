import { credentials } from '@grpc/grpc-js';
import engineService from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import engineMessages from '@pulumi/pulumi/proto/engine_pb.js';

export type Severity = 'debug' | 'info' | 'warning' | 'error';

/** Tells the engine what happens, which shows it beside the resource. Never fails: a lost message stops nothing. */
export class EngineLog {
  readonly #client: InstanceType<typeof engineService.EngineClient> | undefined;

  /** @param address where the engine listens; without one, messages go nowhere */
  constructor(address: string | undefined) {
    this.#client = address
      ? new engineService.EngineClient(address, credentials.createInsecure())
      : undefined;
  }

  /** A message that stays on the screen. */
  message(severity: Severity, urn: string, text: string): void {
    this.#send(severity, urn, text, false);
  }

  /** A message that the next one of the same resource replaces. */
  progress(urn: string, text: string): void {
    this.#send('info', urn, text, true);
  }

  close(): void {
    this.#client?.close();
  }

  #send(severity: Severity, urn: string, text: string, ephemeral: boolean): void {
    if (!this.#client) return;
    const request = new engineMessages.LogRequest();
    request.setSeverity(engineMessages.LogSeverity[severityName[severity]]);
    request.setUrn(urn);
    request.setMessage(text);
    request.setEphemeral(ephemeral);
    this.#client.log(request, () => undefined);
  }
}

const severityName = { debug: 'DEBUG', info: 'INFO', warning: 'WARNING', error: 'ERROR' } as const;
