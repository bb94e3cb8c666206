import type { Server } from 'node:http';
import type { FastifyPluginCallback } from 'fastify';
import type { Context } from '../context/index.ts';
import type { StrategySnapshot } from '../resilience/strategy.ts';
import type { Component } from '../service/component.ts';
import type { ShedReason } from './shedding.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * What travels with this request. A hook before validation may put a derived one in its place, such as one with
     * the principal it verified; from validation on the work runs in it.
     */
    context: Context;
    /** The version of the API that was asked for; undefined for a server without versions. */
    apiVersion: string | undefined;
  }
}

/**
 * What {@link HttpServer.listen} needs of a fastify instance.
 *
 * @example
 * const app: ListeningApp = fastify();
 */
export interface ListeningApp {
  readonly server: Server;
  listen(options: { port: number; host: string }): Promise<string>;
  close(): PromiseLike<unknown>;
}

/**
 * Where a server listens.
 *
 * @example
 * const options: ListenOptions = { port: 8080, host: '0.0.0.0' };
 */
export interface ListenOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** In a pod `0.0.0.0`. @default '127.0.0.1' */
  readonly host?: string;
  /** Told where it listens, such as `http://127.0.0.1:8080`. */
  readonly onListening?: (origin: string) => void;
}

/**
 * What a server of {@link httpServer} is and how it stands, as plain data.
 *
 * @example
 * const { shed, open }: HttpServerDescription = http.describe();
 */
export interface HttpServerDescription {
  readonly kind: 'http-server';
  readonly name: string;
  /** Routes as `METHOD /pattern`, sorted, without internal ones. */
  readonly routes: readonly string[];
  readonly trusted: boolean;
  /** Milliseconds. */
  readonly maximumTime: number;
  /** Milliseconds that a request may have waited under overload; undefined when nothing is shed. */
  readonly wait: number | undefined;
  /** The limit of requests at a time, as it stands; undefined when there is none. */
  readonly limit: StrategySnapshot | undefined;
  /** Whether it is on its way down and sends callers away. */
  readonly stopping: boolean;
  /** Requests at hand. */
  readonly open: number;
  /** Requests that were shed, by reason. */
  readonly shed: Readonly<Record<ShedReason, number>>;
}

/**
 * What the toolkit adds to a fastify server; made by {@link httpServer}.
 *
 * @example
 * const http: HttpServer = httpServer();
 * await app.register(http.plugin);
 */
export interface HttpServer {
  /** Registers all of it. It counts for every route of the instance, also those of other plugins. */
  readonly plugin: FastifyPluginCallback;
  /** The server as a part of a service: listens, sends callers away, drains, closes. */
  listen(app: ListeningApp, options: ListenOptions): Component;
  describe(): HttpServerDescription;
}
