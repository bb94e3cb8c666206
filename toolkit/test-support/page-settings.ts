import type { Page } from './page-examples.ts';

const contract = `
import { defineService } from '@ninefold/toolkit/contract';
declare const contract: ReturnType<typeof defineService>;`;

const placed = `
interface OrderPlaced { readonly orderId: string; readonly total: number }`;

/**
 * What readers of the toolkit's pages know without being told, such as a pool of connections or an article, by page.
 * What is the toolkit's own is no part of it: that the examples import.
 */
export const pageSettings: Readonly<Record<string, Pick<Page, 'setting' | 'files'>>> = {
  'toolkit/README.md': { setting: 'declare const url: string;' },
  'docs/toolkit/context.md': {
    setting: `
import type { Client } from 'pg';
declare const url: string;
declare const client: Client;`,
  },
  'docs/toolkit/events.md': {
    files: {
      'order-placed.ts': `export ${placed.trim()}\nexport const orderPlacedSchema = { type: 'object' };`,
    },
  },
  'docs/toolkit/eventstore.md': {
    setting: `
import type { PendingMessage } from '@ninefold/toolkit/eventstore';
declare const connectionString: string;
declare const producer: { send(records: readonly { readonly value: string }[]): Promise<void> };
declare function toRecord(message: PendingMessage): { readonly value: string };`,
  },
  'docs/toolkit/http.md': { setting: contract },
  'docs/toolkit/kafka.md': {
    setting: `${contract}${placed}
import type { MessageInbox } from '@ninefold/toolkit/kafka';
import type { PoolClient } from 'pg';
declare const schema: Readonly<Record<string, unknown>>;
declare const inbox: MessageInbox<PoolClient>;`,
  },
  'docs/toolkit/resilience.md': {
    setting: `
declare const article: string;
declare function getPrice(article: string, signal: AbortSignal): Promise<number>;
declare function getReviews(article: string, signal: AbortSignal): Promise<string[]>;`,
  },
  'docs/toolkit/service.md': {
    setting: `${contract}
import type { FastifyInstance } from 'fastify';
import type { HttpServer } from '@ninefold/toolkit/http';
import type { Pool } from 'pg';
declare const app: FastifyInstance;
declare const http: HttpServer;
declare const pool: Pool;`,
  },
  'docs/toolkit/telemetry.md': {
    setting: `
import type { ResilienceRegistry } from '@ninefold/toolkit/resilience';
import type { UsageEvent } from '@ninefold/toolkit/telemetry';
import type { Sampler } from '@opentelemetry/sdk-trace-base';
declare const registry: ResilienceRegistry;
declare const order: { readonly id: string; readonly lines: readonly string[] };
declare const sampler: Sampler;
declare const topic: { publish(event: UsageEvent): Promise<void> };`,
  },
};
