import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { systemClock } from '../clock/index.ts';
import { receive } from '../context/carrier.ts';
import { currentContext, receivedHeaders, runInContext } from '../context/index.ts';
import { deadlineQueueOf } from '../resilience/deadline-queue.ts';
import { RejectedError } from '../resilience/errors.ts';
import type { Permit } from '../resilience/limited-call.ts';
import { retriedField, wasRetried } from '../resilience/retry-marker.ts';
import type { Component } from '../service/component.ts';
import { announce, answerShed } from './answers.ts';
import { ApiVersions } from './api-version.ts';
import type { HttpExchange, HttpServerObserver } from './exchange.ts';
import { addIdempotency } from './idempotency/idempotency.ts';
import type { HttpServer, HttpServerDescription, ListeningApp, ListenOptions } from './http-server.ts';
import { OpenapiError } from './openapi/error.ts';
import { checkRoutes } from './openapi/route-check.ts';
import { ProblemError, problemMediaType } from './problem.ts';
import { problemOfError } from './problem-of-error.ts';
import { RequestScope, type ServerTime } from './request-scope.ts';
import { RouteStates } from './route-state.ts';
import type { HttpServerOptions } from './server-options.ts';
import { Shedder } from './shedding.ts';

/** Longest time for a request, unless the options say otherwise, in milliseconds. */
const MAXIMUM_TIME = 30_000;

const scopeKey = Symbol('ninefold.request');

interface ScopedRequest extends FastifyRequest {
  [scopeKey]?: RequestScope;
}

/**
 * Makes a fastify server a good citizen: every request runs in the context it arrived with and ends with its
 * deadline; errors are problems (RFC 9457); what can't be answered in time is refused at once, the least important
 * first; deprecated operations say so; and on the way down no request is lost.
 *
 * @throws TypeError for options that make no sense.
 * @example
 * const app = fastify({ return503OnClosing: false });
 * const http = httpServer({ trusted: true });
 * await app.register(http.plugin);
 * app.get('/orders/:orderId', { config: { priority: 'high' } }, (request) => orders.find(request.params));
 * const service = createService({ contract, components: [http.listen(app, { port: 8080 })] });
 */
export function httpServer(options: HttpServerOptions = {}): HttpServer {
  return new ToolkitHttpServer(options);
}

class ToolkitHttpServer implements HttpServer {
  readonly plugin: FastifyPluginCallback;
  readonly #options: HttpServerOptions;
  readonly #maximumTime: number;
  readonly #shedder: Shedder | undefined;
  readonly #versions: ApiVersions | undefined;
  readonly #observers: readonly HttpServerObserver[];
  readonly #time: ServerTime;
  readonly #routes = new Set<string>();
  readonly #routeStates: RouteStates;
  #stopping = false;
  #open = 0;
  #whenIdle: (() => void) | undefined;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#maximumTime = options.maximumTime ?? MAXIMUM_TIME;
    if (!(this.#maximumTime > 0)) {
      throw new TypeError(`maximumTime is ${this.#maximumTime}: give it milliseconds above 0, or Infinity`);
    }
    const clock = options.clock ?? systemClock;
    this.#time = { clock, deadlines: deadlineQueueOf(clock) };
    this.#observers = options.observers ?? [];
    this.#routeStates = new RouteStates(options, this.#maximumTime);
    this.#shedder = options.shedding === false ? undefined : new Shedder(options.shedding, clock);
    this.#versions = options.versions && new ApiVersions(options.versions);
    const plugin: FastifyPluginCallback = (app, _, done) => {
      this.#register(app);
      done();
    };
    // As fastify's own documentation has it for a plugin whose hooks count for the instance that registers it.
    this.plugin = Object.assign(plugin, {
      [Symbol.for('skip-override')]: true,
      [Symbol.for('fastify.display-name')]: '@ninefold/toolkit/http',
      [Symbol.for('plugin-meta')]: { fastify: '5.x', name: '@ninefold/toolkit/http' },
    });
  }

  describe(): HttpServerDescription {
    return {
      kind: 'http-server',
      name: this.#options.name ?? 'http',
      routes: [...this.#routes].sort(),
      trusted: this.#options.trusted ?? false,
      maximumTime: this.#maximumTime,
      wait: this.#shedder?.wait,
      limit: this.#shedder?.limit?.snapshot(),
      stopping: this.#stopping,
      open: this.#open,
      shed: this.#shedder?.counts ?? { deadline: 0, overload: 0, priority: 0 },
    };
  }

  listen(app: ListeningApp, { port, host = '127.0.0.1', onListening }: ListenOptions): Component {
    return {
      name: this.#options.name ?? 'http',
      needs: { apis: [port === 0 ? { kind: 'http' } : { kind: 'http', port }] },
      start: async () => {
        onListening?.(await app.listen({ port, host }));
      },
      // Answers now tell their connections to close, so that none is open when the port closes.
      prepareStop: () => {
        this.#stopping = true;
      },
      stopAccepting: () => {
        this.#stopping = true;
        app.server.close();
      },
      drain: (signal) => this.#drained(signal),
      close: async () => {
        await app.close();
      },
      describe: () => this.describe(),
    };
  }

  #register(app: FastifyInstance): void {
    app.decorateRequest('context');
    // What is decorated costs every request; what is not is undefined all the same.
    if (this.#versions) app.decorateRequest('apiVersion');
    app.addHook('onRoute', ({ method, url, config }) => {
      if (config?.idempotency && !this.#options.idempotency) {
        const fix = 'give httpServer({ idempotency: { store } }), or take the key out of the route';
        throw new TypeError(
          `${[method].flat().join()} ${url} takes idempotency keys, which nothing keeps: ${fix}`,
        );
      }
      if (config?.internal) return;
      for (const name of [method].flat()) this.#routes.add(`${name} ${url}`);
    });
    const { openapi } = this.#options;
    if (openapi) {
      app.addHook('onReady', (done) => {
        const problems = checkRoutes(openapi, this.#routes);
        done(problems.length === 0 ? undefined : new OpenapiError(problems));
      });
    }
    app.server.on('connection', () => this.#shedder?.queue.connected());
    app.addHook('onRequest', (request, reply, done) => this.#begin(request, reply, done));
    app.addHook('preValidation', (request, _, done) => {
      // Reading a body leaves the asynchronous context, and a hook may have put another context in place.
      if (currentContext() === request.context) done();
      else runInContext(request.context, done);
    });
    if (this.#options.idempotency) {
      addIdempotency(
        app,
        this.#options.idempotency,
        (request: ScopedRequest) => request[scopeKey]?.timedOut ?? false,
      );
    }
    if (this.#options.problems ?? true) {
      app.setErrorHandler((error, request, reply) => this.#answerError(error, request, reply));
      app.setNotFoundHandler((request, reply) =>
        this.#answerError(
          new ProblemError({ status: 404, detail: `There is no ${request.url}` }),
          request,
          reply,
        ),
      );
    }
  }

  #begin(request: ScopedRequest, reply: FastifyReply, done: (error?: Error) => void): void {
    const { clock } = this.#time;
    const route = this.#routeStates.of(request.routeOptions.config);
    const now = clock.now();
    const waited = this.#shedder?.queue.turn(now) ?? 0;
    const scope = new RequestScope(this.#time, route, now, waited >= 1 ? waited : 0);
    request[scopeKey] = scope;
    const context = receive(receivedHeaders(request.headers), route.extraction, scope);
    scope.context = context;
    request.context = context;
    this.#open += 1;
    reply.raw.on('close', () => this.#finish(request, reply, scope));
    if (this.#stopping) reply.header('connection', 'close');
    const refusal =
      (this.#versions && this.#chooseVersion(this.#versions, request, reply)) ??
      announce(route.deprecation, reply, clock);
    if (refusal) {
      done(refusal);
      return;
    }
    if (this.#shedder && route.isShed) {
      const fastest = route.fastest.value(now);
      const { priority } = context;
      const isFirst = isFirstRequest(request);
      const reason = this.#shedder.decide(priority, scope.remaining(context), fastest, isFirst, now);
      if (reason !== undefined) {
        scope.shed = reason;
        answerShed(reply, reason);
        return;
      }
      this.#enter(this.#shedder, request, reply, scope, done);
    } else this.#proceed(request, reply, scope, now, done);
  }

  #chooseVersion(
    versions: ApiVersions,
    request: FastifyRequest,
    reply: FastifyReply,
  ): ProblemError | undefined {
    reply.header('vary', versions.header);
    let chosen: ReturnType<ApiVersions['choose']>;
    try {
      chosen = versions.choose(request.headers[versions.header]);
    } catch (error) {
      if (error instanceof ProblemError) return error;
      throw error;
    }
    request.apiVersion = chosen.version;
    reply.header(versions.header, chosen.version);
    return announce(chosen.deprecation, reply, this.#time.clock);
  }

  /** Takes a place among the requests at hand, at once or after a wait. */
  #enter(
    shedder: Shedder,
    request: ScopedRequest,
    reply: FastifyReply,
    scope: RequestScope,
    done: (error?: Error) => void,
  ): void {
    const refuse = (error: unknown): void => {
      // A caller that went away while it waited needs no answer.
      if (!(error instanceof RejectedError)) return done(error as Error);
      scope.shed = shedder.refused();
      answerShed(reply, scope.shed);
    };
    let permit: Permit | Promise<Permit> | undefined;
    try {
      permit = shedder.enter(request.context);
    } catch (error) {
      refuse(error);
      return;
    }
    if (!(permit instanceof Promise)) {
      scope.permit = permit;
      this.#proceed(request, reply, scope, scope.received, done);
      return;
    }
    permit.then((granted) => {
      scope.permit = granted;
      if (reply.raw.closed) granted.release();
      else this.#proceed(request, reply, scope, this.#time.clock.now(), done);
    }, refuse);
  }

  #proceed(
    request: ScopedRequest,
    reply: FastifyReply,
    scope: RequestScope,
    now: number,
    done: (error?: Error) => void,
  ): void {
    let { context } = request;
    scope.started = true;
    if (this.#observers.length > 0) {
      const { method, url, headers } = request;
      const route = scope.route.url;
      for (const observer of this.#observers) {
        const other = observer.started?.({ method, route, url, headers, context });
        if (other) {
          context = other;
          scope.context = other;
          request.context = other;
        }
      }
    }
    scope.watchDeadline(reply, context, now);
    runInContext(context, done);
  }

  #finish(request: FastifyRequest, reply: FastifyReply, scope: RequestScope): void {
    const { context } = request;
    const { route } = scope;
    const now = this.#time.clock.now();
    const aborted = !reply.raw.writableEnded;
    scope.context = context;
    scope.finish(aborted);
    this.#open -= 1;
    if (this.#open === 0) this.#whenIdle?.();
    const { statusCode: status } = reply.raw;
    const duration = now - scope.received;
    if (status < 400 && !aborted) route.fastest.record(duration, now);
    if (this.#observers.length === 0) return;
    const exchange: HttpExchange = {
      method: request.method,
      route: route.url,
      status,
      duration,
      waited: scope.waited,
      started: scope.started,
      shed: scope.shed,
      aborted,
      error: scope.error,
      context,
    };
    for (const observer of this.#observers) observer.finished?.(exchange);
  }

  #answerError(error: unknown, request: ScopedRequest, reply: FastifyReply): void {
    const { problem, headers } = problemOfError(error);
    const scope = request[scopeKey];
    if (scope) scope.error = error;
    if (problem.status >= 500) request.log.error({ err: error }, problem.title);
    if (wasRetried(error)) reply.header(retriedField, 'true');
    const traceId = request.context?.trace?.traceId;
    void reply
      .code(problem.status)
      .headers({ ...headers })
      .type(problemMediaType)
      .send(traceId === undefined ? problem : { ...problem, traceId });
  }

  #drained(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (this.#open === 0) return resolve();
      this.#whenIdle = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

const servedKey = Symbol('ninefold.served');

/** Whether a request is the first of its connection, which had to be accepted before. */
function isFirstRequest({ raw: { socket } }: FastifyRequest): boolean {
  const marked = socket as typeof socket & { [servedKey]?: boolean };
  if (marked[servedKey]) return false;
  marked[servedKey] = true;
  return true;
}
