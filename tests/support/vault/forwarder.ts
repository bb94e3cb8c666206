import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Endpoint } from '../../../components/secrets/shared/program/request.ts';
import type { IssuedCertificate } from '../test-authority.ts';

/** A request that came by, and was answered by whom it is for. */
export interface Passed {
  method: string;
  path: string;
}

/** What is done on the way. */
export interface ForwarderOptions {
  /** Gives the token to show instead of the one that the request shows. @default that one */
  bearer?: () => Promise<string>;
  /** Told of each request when it has been answered. Says whether who asked hears the answer. @default yes */
  isHeard?: (passed: Passed) => boolean;
}

/** Stands between a client and a real server, with TLS on both sides. */
export interface Forwarder {
  url: string;
  close(): void;
}

/** Starts it on a free port of loopback. The certificate must be good for `localhost`. */
export async function startForwarder(
  { certificate, key }: IssuedCertificate,
  to: Endpoint,
  { bearer, isHeard = () => true }: ForwarderOptions,
): Promise<Forwarder> {
  const agent = new Agent({ keepAlive: true, ca: to.authority });
  const ask = async (incoming: IncomingMessage) => {
    const { host: _host, connection: _connection, ...headers } = incoming.headers;
    if (bearer) headers.authorization = `Bearer ${await bearer()}`;
    const body = await buffer(incoming);
    const outgoing = request(new URL(incoming.url ?? '/', to.url), {
      method: incoming.method,
      headers,
      agent,
    });
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { status: answer.statusCode ?? 502, headers: answer.headers, body: await buffer(answer) };
  };
  const server = createServer({ cert: certificate, key }, (incoming, response) => {
    ask(incoming).then(
      ({ status, headers, body }) => {
        if (!isHeard({ method: incoming.method ?? '', path: incoming.url ?? '' })) return;
        response.writeHead(status, headers).end(body);
      },
      // As if it had not been there: who asked learns that nobody answers.
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}
