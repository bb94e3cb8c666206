/** The server's own API: one node of it. Vault and OpenBao speak it alike. */
import type { Fields, Json } from './desired.ts';
import { type Answer, type Endpoint, RefusedError, send } from './request.ts';

/** What a node says of itself. */
export interface SealStatus {
  initialized: boolean;
  sealed: boolean;
  /** Shares that are needed to unseal. */
  t: number;
}

/** What initialising yields, once and never again. */
export interface Initialisation {
  /** Shares of the key: for unsealing, or for recovery where a cloud unseals. */
  shares: string[];
  rootToken: string;
}

/** How the key is divided. `cloud`: a key service unseals, and the shares are for recovery. */
export interface Division {
  shares: number;
  threshold: number;
  cloud: boolean;
}

/** One node. */
export class ServerNode {
  readonly endpoint: Endpoint;
  readonly token: string | undefined;

  constructor(endpoint: Endpoint, token?: string) {
    this.endpoint = endpoint;
    this.token = token;
  }

  /** The same node, for whoever holds the token. */
  as(token: string): ServerNode {
    return new ServerNode(this.endpoint, token);
  }

  async sealStatus(): Promise<SealStatus> {
    return (await this.ask('GET', 'sys/seal-status')) as SealStatus;
  }

  async initialise({ shares, threshold, cloud }: Division): Promise<Initialisation> {
    const body: Fields = cloud
      ? { recovery_shares: shares, recovery_threshold: threshold }
      : { secret_shares: shares, secret_threshold: threshold };
    const answer = (await this.ask('POST', 'sys/init', body)) as Record<string, unknown>;
    const made = (cloud ? answer.recovery_keys_base64 : answer.keys_base64) as string[];
    return { shares: made, rootToken: answer.root_token as string };
  }

  async unseal(share: string): Promise<SealStatus> {
    return (await this.ask('POST', 'sys/unseal', { key: share })) as SealStatus;
  }

  /** Logs in by a service account's token. */
  async login(mount: string, role: string, jwt: string): Promise<ServerNode> {
    const answer = (await this.ask('POST', `auth/${mount}/login`, { role, jwt })) as {
      auth: { client_token: string };
    };
    return this.as(answer.auth.client_token);
  }

  /** What is at a path, or undefined. */
  async read(path: string): Promise<Fields | undefined> {
    const answer = await this.send('GET', path);
    if (answer.status === 404) return undefined;
    return ((refuse('GET', path, answer).body as { data?: Fields } | undefined)?.data ?? {}) as Fields;
  }

  /** Whether a token is still good. */
  async isValid(): Promise<boolean> {
    const answer = await this.send('GET', 'auth/token/lookup-self');
    if (answer.status === 403) return false;
    refuse('GET', 'auth/token/lookup-self', answer);
    return true;
  }

  /** @throws RefusedError when the server refuses */
  async ask(method: string, path: string, body?: Json): Promise<unknown> {
    return refuse(method, path, await this.send(method, path, body)).body;
  }

  private send(method: string, path: string, body?: Json): Promise<Answer> {
    const headers: Record<string, string> = { 'x-vault-request': 'true' };
    if (this.token) headers['x-vault-token'] = this.token;
    return send(this.endpoint, {
      method,
      path: `/v1/${path}`,
      headers,
      ...(body === undefined ? {} : { body }),
    });
  }
}

function refuse(method: string, path: string, answer: Answer): Answer {
  if (answer.status >= 400) throw new RefusedError(method, path, answer);
  return answer;
}
