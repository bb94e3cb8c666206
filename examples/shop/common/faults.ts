import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Component } from '@ninefold/toolkit/service';
import type { FaultPlan } from '@ninefold/toolkit/testing';
import type { Logger } from 'pino';
import { z } from 'zod';

const rules = z.array(
  z.strictObject({
    edge: z.string(),
    latency: z.number().min(0).optional(),
    error: z.boolean().optional(),
    probability: z.number().min(0).max(1).optional(),
  }),
);

/** What is to go wrong, as it is sent to a service that is being tried out. */
export type PlannedFaults = z.infer<typeof rules>;

/**
 * Lets faults be planned while the service runs: `PUT /` replaces all that are planned. It listens on the loopback
 * interface, and only when it is given a port, which no deployment does.
 */
export function faultControl(
  plan: FaultPlan<string>,
  { port, logger }: { readonly port: number | undefined; readonly logger: Logger },
): Component {
  const server = createServer((request, response) => {
    json(request)
      .then((body) => {
        const planned = rules.parse(body);
        plan.clear();
        for (const { edge, latency, error, probability } of planned) {
          plan.add(edge, {
            ...(latency !== undefined && { latency }),
            ...(error !== undefined && { error }),
            ...(probability !== undefined && { probability }),
          });
        }
        response.writeHead(204).end();
      })
      .catch((error: unknown) => response.writeHead(400).end(String(error)));
  });
  return {
    name: 'fault-control',
    start: async () => {
      if (port === undefined) return;
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(port, '127.0.0.1', resolve);
      });
      const { port: actual } = server.address() as AddressInfo;
      logger.info({ part: 'faults', origin: `http://127.0.0.1:${actual}` }, 'listening');
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
