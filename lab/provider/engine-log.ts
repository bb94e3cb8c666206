import { Client, credentials } from '@grpc/grpc-js';
import { logMethod } from './protocol/service.ts';

export type Severity = 'debug' | 'info' | 'warning' | 'error';

/** Tells the engine what happens, which shows it beside the resource. Never fails: a lost message stops nothing. */
export class EngineLog {
  readonly #client: Client | undefined;

  /** @param address where the engine listens; without one, messages go nowhere */
  constructor(address: string | undefined) {
    this.#client = address ? new Client(address, credentials.createInsecure()) : undefined;
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
    const { path, request, response } = logMethod;
    this.#client?.makeUnaryRequest(
      path,
      request.encode,
      response.decode,
      { severity: severities[severity], urn, message: text, ephemeral },
      () => undefined,
    );
  }
}

/** `pulumirpc.LogSeverity`. */
const severities = { debug: 0, info: 1, warning: 2, error: 3 } as const;
