import { fileURLToPath } from 'node:url';
import {
  type ApiDescription,
  type Handlers,
  httpServer,
  type HttpServerOptions,
  loadOpenapi,
  type OperationShapes,
  type OperationsOptions,
  registerOperations,
} from '@ninefold/toolkit/http';
import type { Component } from '@ninefold/toolkit/service';
import fastify from 'fastify';
import type { Observability } from './observability.ts';
import type { CommonSettings } from './settings.ts';

/** An API by its OpenAPI document. */
export interface RestApi<Operations extends OperationShapes<Operations>> {
  readonly openapi: URL;
  readonly api: ApiDescription<Operations>;
  readonly handlers: Handlers<Operations>;
  /** The port that the contract says. */
  readonly port: number;
  readonly options?: Omit<HttpServerOptions, 'openapi' | 'observers'>;
  /** What single operations have of their own, such as a priority. */
  readonly routes?: OperationsOptions<Operations>['routes'];
}

/** Serves an API: fastify with what the toolkit adds, as the document has it, as a part of the service. */
export async function restApi<Operations extends OperationShapes<Operations>>(
  { openapi, api, handlers, port, options, routes }: RestApi<Operations>,
  { settings, observability }: { readonly settings: CommonSettings; readonly observability: Observability },
): Promise<Component> {
  const document = await loadOpenapi(fileURLToPath(openapi));
  const app = fastify({ return503OnClosing: false });
  const http = httpServer({ ...options, openapi: document, observers: [observability.httpServer] });
  await app.register(http.plugin);
  await registerOperations(app, { document, api, handlers, ...(routes && { routes }) });
  return http.listen(app, {
    port: settings.PORT ?? port,
    host: settings.HOST,
    onListening: (origin) => observability.logger.info({ part: 'api', origin }, 'listening'),
  });
}
