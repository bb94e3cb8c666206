/** Loopback servers with TLS that the program is run against. */
import 'reflect-metadata';
import { randomUUID, webcrypto } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import type { Fields } from '../desired.ts';
import { Model } from './model.ts';

/** A certificate for loopback that signs for itself. */
export interface Identity {
  certificate: string;
  key: string;
}

/** Makes a certificate that is good for an hour. */
export async function makeIdentity(): Promise<Identity> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=127.0.0.1',
    keys,
    signingAlgorithm: algorithm,
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  });
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { certificate: certificate.toString('pem'), key };
}

/** A request as a server sees it. */
export interface Asked {
  method: string;
  path: string;
  body: Record<string, unknown>;
  token: string | undefined;
}

/** What is answered; undefined leaves whoever asked without an answer. */
export type Reply = { status: number; body?: unknown };

/** Told of each change after it was made and before it is answered. Answers whether to answer. */
export type Interruption = (asked: Asked) => boolean;

/** Serves on a free port of loopback. */
export async function serve(
  { certificate, key }: Identity,
  answer: (asked: Asked) => Reply,
  interruption: Interruption,
): Promise<{ url: string; server: Server }> {
  const server = createServer({ cert: certificate, key }, (request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    request.on('end', () => {
      const header = request.headers['x-vault-token'];
      const asked: Asked = {
        method: request.method ?? '',
        path: request.url ?? '',
        body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
        token: typeof header === 'string' ? header : undefined,
      };
      const { status, body } = answer(asked);
      if (asked.method !== 'GET' && !interruption(asked)) return;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

interface Stored {
  metadata: { name: string; uid: string; resourceVersion: string; labels?: Record<string, string> };
  data?: Record<string, string>;
  [field: string]: unknown;
}

/** As much of the API server as the program uses: versions, preconditions, and what deleting a disk does. */
export class ClusterDouble {
  readonly objects = new Map<string, Stored>();
  /** Called when the first node's claim and pod are gone. */
  onEmptied: () => void = () => undefined;
  private version = 1;

  put(path: string, object: Record<string, unknown>, uid: string = randomUUID()): void {
    const metadata = object.metadata as { name: string };
    const resourceVersion = String(this.version++);
    this.objects.set(path, { ...object, metadata: { ...metadata, uid, resourceVersion } });
  }

  answer({ method, path, body }: Asked): Reply {
    const [where = '', query] = path.replace(/^.*\/namespaces\/[^/]+\//, '').split('?');
    const there = this.objects.get(where);
    const refuse = (status: number) => ({ status, body: { message: `${method} ${where}` } });
    if (query) {
      const label = decodeURIComponent(query.replace('labelSelector=', ''));
      const items = [...this.objects]
        .filter(([key, one]) => key.startsWith(`${where}/`) && one.metadata.labels?.[label])
        .map(([, one]) => one);
      return { status: 200, body: { items } };
    }
    const sent = body.metadata as { name: string; resourceVersion?: string } | undefined;
    switch (method) {
      case 'GET':
        return there ? { status: 200, body: there } : refuse(404);
      case 'POST':
        if (this.objects.has(`${where}/${sent?.name}`)) return refuse(409);
        this.put(`${where}/${sent?.name}`, body);
        return { status: 201, body: this.objects.get(`${where}/${sent?.name}`) };
      case 'PUT':
        if (there?.metadata.resourceVersion !== sent?.resourceVersion) return refuse(409);
        this.put(where, body, there?.metadata.uid);
        return { status: 200, body: this.objects.get(where) };
      default: {
        const { uid } = body.preconditions as { uid: string };
        if (!there) return refuse(404);
        if (there.metadata.uid !== uid) return refuse(409);
        this.objects.delete(where);
        if (where.startsWith('pods/')) this.onEmptied();
        return { status: 200, body: {} };
      }
    }
  }
}

/** As much of the secrets server as initialising, logging in and being configured take. */
export class ServerDouble {
  readonly model = new Model();
  shares: string[] = [];
  rootToken: string | undefined;
  sealed = true;
  /** How often it has made its keys. */
  initialisations = 0;
  readonly login: string;
  private given = new Set<string>();
  private session: string | undefined;

  constructor(login: string) {
    this.login = login;
  }

  /** As it is on an empty disk. */
  empty(): void {
    this.model.data.clear();
    this.shares = [];
    this.rootToken = undefined;
    this.session = undefined;
    this.sealed = true;
  }

  answer({ method, path: url, body, token }: Asked): Reply {
    const path = url.replace('/v1/', '');
    const refuse = (status: number, said: string) => ({ status, body: { errors: [said] } });
    const status = () => ({
      status: 200,
      body: {
        initialized: this.shares.length > 0,
        sealed: this.sealed,
        t: Math.ceil(this.shares.length / 2),
      },
    });
    if (path === 'sys/seal-status') return status();
    if (path === 'sys/init') {
      if (this.shares.length > 0) return refuse(400, 'Vault is already initialized');
      this.initialisations++;
      this.shares = Array.from({ length: body.secret_shares as number }, () => randomUUID());
      this.rootToken = randomUUID();
      return { status: 200, body: { keys_base64: this.shares, root_token: this.rootToken } };
    }
    if (path === 'sys/unseal') {
      if (this.shares.includes(body.key as string)) this.given.add(body.key as string);
      if (this.given.size >= Math.ceil(this.shares.length / 2)) this.sealed = false;
      return status();
    }
    if (this.sealed) return refuse(503, 'Vault is sealed');
    if (path === 'sys/leader') return { status: 200, body: { leader_address: 'here' } };
    if (path === `auth/kubernetes/login`) {
      const role = this.model.read(`auth/kubernetes/role/${String(body.role)}`);
      if (!role || body.jwt !== this.login) return refuse(403, 'permission denied');
      this.session = randomUUID();
      return { status: 200, body: { auth: { client_token: this.session } } };
    }
    if (!token || (token !== this.rootToken && token !== this.session))
      return refuse(403, 'permission denied');
    if (path === 'auth/token/lookup-self') return { status: 200, body: { data: {} } };
    if (path === 'auth/token/revoke-self') {
      if (token === this.rootToken) this.rootToken = undefined;
      return { status: 204 };
    }
    if (method === 'GET') {
      const data = this.model.read(path);
      return data ? { status: 200, body: { data } } : refuse(404, '');
    }
    this.model.write(method, path, body as Fields);
    return { status: 204 };
  }
}
