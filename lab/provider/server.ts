import type { handleUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import { CallsUnderWay } from './calls-under-way.ts';
import { type Autonaming, checkResource } from './check.ts';
import { createResource } from './create.ts';
import { deleteResource } from './delete.ts';
import { diffResource } from './diff.ts';
import { differences } from './differences.ts';
import { kubernetesPluginVersion } from './install.ts';
import { formatPath } from './property-paths.ts';
import { decodeProperties, encodeProperties, type Properties } from './property-values.ts';
import type { CheckRequest } from './protocol/messages.ts';
import type { Handlers } from './protocol/service.ts';
import type { Provider } from './provider.ts';
import { readResource } from './read.ts';
import { encodeDiff, encodeViolations, errorResponse, redactError } from './responses.ts';
import { secretTexts } from './secret-texts.ts';
import { checkSettings, markKubeconfig, parseSettings } from './settings.ts';
import { updateResource } from './update.ts';

/**
 * Pulumi's provider protocol, each call handed to the module that carries it out.
 * @param calls Counts the calls. @default nobody looks at them
 */
export function serviceOf(provider: Provider, calls = new CallsUnderWay()): UntypedServiceImplementation {
  const service: UntypedServiceImplementation = {};
  for (const [name, handler] of Object.entries(handlersOf(provider))) {
    // The service's definition decodes each call's request into what its handler takes.
    service[name] = unary(handler as (request: unknown) => Promise<unknown>, calls);
  }
  return service;
}

function handlersOf(provider: Provider): Handlers {
  return {
    handshake: async ({ engineAddress }) => {
      provider.attach(engineAddress);
      return { acceptSecrets: true, acceptOutputs: true, supportsAutonamingConfiguration: true };
    },

    attach: async ({ address }) => {
      provider.attach(address);
      return {};
    },

    getPluginInfo: async () => ({ version: await kubernetesPluginVersion() }),

    getSchema: async () => ({
      schema: JSON.stringify({ name: 'kubernetes', version: await kubernetesPluginVersion() }),
    }),

    checkConfig: async (request) => {
      const news = decodeProperties(request.news);
      return {
        inputs: encodeProperties(markKubeconfig(news)),
        failures: encodeViolations(checkSettings(news.value)),
      };
    },

    diffConfig: async ({ olds, oldInputs, news }) => {
      // Where the cluster is found may change with every start of the lab; only another identity is another cluster.
      const before = decodeProperties(oldInputs.length > 0 ? oldInputs : olds).value;
      const changes = differences(before, decodeProperties(news).value).map((change) => ({
        ...change,
        replaces: formatPath(change.path) === 'clusterIdentifier',
      }));
      return encodeDiff({ changes, deleteBeforeReplace: false });
    },

    configure: async (request) => {
      await provider.configure(parseSettings(decodeProperties(request.args).value));
      return {
        acceptSecrets: true,
        acceptOutputs: true,
        supportsPreview: true,
        supportsAutonamingConfiguration: true,
      };
    },

    check: async (request) => {
      const { inputs, violations } = checkResource({
        urn: request.urn,
        olds: decodeProperties(request.olds),
        news: decodeProperties(request.news),
        randomSeed: request.randomSeed,
        autonaming: autonamingOf(request),
      });
      return { inputs: encodeProperties(inputs), failures: encodeViolations(violations) };
    },

    diff: async ({ id, urn, ...request }) => {
      const newInputs = decodeProperties(request.news);
      const oldInputs = decodeProperties(request.oldInputs);
      const oldOutputs = decodeProperties(request.olds);
      return encodeDiff(
        await guarded([newInputs, oldInputs], () =>
          diffResource(provider.cluster, { id, urn, oldInputs, oldOutputs, newInputs }),
        ),
      );
    },

    create: async ({ urn, preview, timeout, properties }) => {
      const inputs = decodeProperties(properties);
      const { id, outputs } = await guarded([inputs], () =>
        createResource(provider.cluster, { urn, inputs, preview, timeoutSeconds: timeout }),
      );
      return { id, properties: encodeProperties(outputs) };
    },

    read: async ({ id, urn, ...request }) => {
      const inputs = decodeProperties(request.inputs);
      const outputs = decodeProperties(request.properties);
      const found = await guarded([inputs], () =>
        readResource(provider.cluster, { id, urn, inputs, outputs }),
      );
      // An empty id says that the resource is gone.
      if (!found) return { id: '' };
      return {
        id: found.id,
        properties: encodeProperties(found.outputs),
        inputs: encodeProperties(found.inputs),
      };
    },

    update: async ({ id, urn, preview, timeout, ...request }) => {
      const newInputs = decodeProperties(request.news);
      const oldInputs = decodeProperties(request.oldInputs);
      const oldOutputs = decodeProperties(request.olds);
      const outputs = await guarded([newInputs, oldInputs], () =>
        updateResource(provider.cluster, {
          id,
          urn,
          oldInputs,
          oldOutputs,
          newInputs,
          preview,
          timeoutSeconds: timeout,
        }),
      );
      return { properties: encodeProperties(outputs) };
    },

    delete: async ({ id, urn, timeout, properties, oldInputs }) => {
      const inputs = decodeProperties(oldInputs);
      const outputs = decodeProperties(properties);
      await guarded([inputs], () =>
        deleteResource(provider.cluster, { id, urn, outputs, inputs, timeoutSeconds: timeout }),
      );
      return {};
    },

    invoke: async ({ token }) => refuseFunction(token),
    call: async ({ token }) => refuseFunction(token),
    construct: async ({ token }) => {
      throw new Error(
        `${token}: the lab's provider does not serve components such as charts and YAML files; ` +
          'declare their objects one by one.',
      );
    },

    cancel: async () => {
      provider.cancel();
      return {};
    },
  };
}

/** Answers a call by a promise; a failure becomes what the engine understands. */
function unary<Request>(
  handle: (request: Request) => Promise<unknown>,
  calls: CallsUnderWay,
): handleUnaryCall<Request, unknown> {
  return (call, respond) => {
    calls.track(handle(call.request)).then(
      (response) => respond(null, response),
      (error: unknown) => respond(errorResponse(error)),
    );
  };
}

/** Keeps secret texts out of the messages of whatever fails. */
async function guarded<Result>(properties: Properties[], work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw redactError(error, properties.flatMap(secretTexts));
  }
}

function refuseFunction(token: string): never {
  throw new Error(`${token}: the lab's provider serves no functions; it serves Kubernetes objects alone.`);
}

/** `pulumirpc.CheckRequest.AutonamingOptions.Mode`. */
const autonamingModes: Autonaming['mode'][] = ['propose', 'enforce', 'disable'];

function autonamingOf({ autonaming }: CheckRequest): Autonaming | undefined {
  if (!autonaming) return undefined;
  return { mode: autonamingModes[autonaming.mode] ?? 'propose', proposedName: autonaming.proposedName };
}
