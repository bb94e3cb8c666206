import type { handleUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import plugins from '@pulumi/pulumi/proto/plugin_pb.js';
import messages from '@pulumi/pulumi/proto/provider_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import { type Autonaming, checkResource } from './check.ts';
import { createResource } from './create.ts';
import { deleteResource } from './delete.ts';
import { diffResource } from './diff.ts';
import { differences } from './differences.ts';
import { kubernetesPluginVersion } from './install.ts';
import { formatPath } from './property-paths.ts';
import { decodeProperties, encodeProperties, type Properties } from './property-values.ts';
import type { Provider } from './provider.ts';
import { readResource } from './read.ts';
import { encodeDiff, encodeViolations, errorResponse, redactError } from './responses.ts';
import { secretTexts } from './secret-texts.ts';
import { checkSettings, markKubeconfig, parseSettings } from './settings.ts';
import { updateResource } from './update.ts';

/** Pulumi's provider protocol (pulumirpc.ResourceProvider), each call handed to the module that carries it out. */
export function serviceOf(provider: Provider): UntypedServiceImplementation {
  return {
    handshake: unary(async (request: messages.ProviderHandshakeRequest) => {
      provider.attach(request.getEngineAddress());
      const response = new messages.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptOutputs(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),

    attach: unary(async (request: plugins.PluginAttach) => {
      provider.attach(request.getAddress());
      return new empty.Empty();
    }),

    getPluginInfo: unary(async () => {
      const response = new plugins.PluginInfo();
      response.setVersion(await kubernetesPluginVersion());
      return response;
    }),

    getSchema: unary(async () => {
      const response = new messages.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: 'kubernetes', version: await kubernetesPluginVersion() }));
      return response;
    }),

    checkConfig: unary(async (request: messages.CheckRequest) => {
      const news = decodeProperties(request.getNews());
      const response = new messages.CheckResponse();
      response.setInputs(encodeProperties(markKubeconfig(news)));
      response.setFailuresList(encodeViolations(checkSettings(news.value)));
      return response;
    }),

    diffConfig: unary(async (request: messages.DiffRequest) => {
      // Where the cluster is found may change with every start of the lab; only another identity is another cluster.
      const before = decodeProperties(request.getOldInputs() ?? request.getOlds()).value;
      const changes = differences(before, decodeProperties(request.getNews()).value).map((change) => ({
        ...change,
        replaces: formatPath(change.path) === 'clusterIdentifier',
      }));
      return encodeDiff({ changes, deleteBeforeReplace: false });
    }),

    configure: unary(async (request: messages.ConfigureRequest) => {
      await provider.configure(parseSettings(decodeProperties(request.getArgs()).value));
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setAcceptoutputs(true);
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),

    check: unary(async (request: messages.CheckRequest) => {
      const { inputs, violations } = checkResource({
        urn: request.getUrn(),
        olds: decodeProperties(request.getOlds()),
        news: decodeProperties(request.getNews()),
        randomSeed: request.getRandomseed_asU8(),
        autonaming: autonamingOf(request),
      });
      const response = new messages.CheckResponse();
      response.setInputs(encodeProperties(inputs));
      response.setFailuresList(encodeViolations(violations));
      return response;
    }),

    diff: unary(async (request: messages.DiffRequest) => {
      const oldOutputs = decodeProperties(request.getOlds());
      const newInputs = decodeProperties(request.getNews());
      const oldInputs = decodeProperties(request.getOldInputs());
      const result = await guarded([newInputs, oldInputs], () =>
        diffResource(provider.cluster, {
          id: request.getId(),
          urn: request.getUrn(),
          oldInputs,
          oldOutputs,
          newInputs,
        }),
      );
      return encodeDiff(result);
    }),

    create: unary(async (request: messages.CreateRequest) => {
      const inputs = decodeProperties(request.getProperties());
      const { id, outputs } = await guarded([inputs], () =>
        createResource(provider.cluster, {
          urn: request.getUrn(),
          inputs,
          preview: request.getPreview(),
          timeoutSeconds: request.getTimeout(),
        }),
      );
      const response = new messages.CreateResponse();
      response.setId(id);
      response.setProperties(encodeProperties(outputs));
      return response;
    }),

    read: unary(async (request: messages.ReadRequest) => {
      const inputs = decodeProperties(request.getInputs());
      const found = await guarded([inputs], () =>
        readResource(provider.cluster, {
          id: request.getId(),
          urn: request.getUrn(),
          inputs,
          outputs: decodeProperties(request.getProperties()),
        }),
      );
      const response = new messages.ReadResponse();
      // An empty id says that the resource is gone.
      response.setId(found?.id ?? '');
      if (found) {
        response.setProperties(encodeProperties(found.outputs));
        response.setInputs(encodeProperties(found.inputs));
      }
      return response;
    }),

    update: unary(async (request: messages.UpdateRequest) => {
      const newInputs = decodeProperties(request.getNews());
      const oldInputs = decodeProperties(request.getOldInputs());
      const outputs = await guarded([newInputs, oldInputs], () =>
        updateResource(provider.cluster, {
          id: request.getId(),
          urn: request.getUrn(),
          oldInputs,
          oldOutputs: decodeProperties(request.getOlds()),
          newInputs,
          preview: request.getPreview(),
          timeoutSeconds: request.getTimeout(),
        }),
      );
      const response = new messages.UpdateResponse();
      response.setProperties(encodeProperties(outputs));
      return response;
    }),

    delete: unary(async (request: messages.DeleteRequest) => {
      const inputs = decodeProperties(request.getOldInputs());
      await guarded([inputs], () =>
        deleteResource(provider.cluster, {
          id: request.getId(),
          urn: request.getUrn(),
          outputs: decodeProperties(request.getProperties()),
          inputs,
          timeoutSeconds: request.getTimeout(),
        }),
      );
      return new empty.Empty();
    }),

    invoke: unary(async (request: messages.InvokeRequest) => refuseFunction(request.getTok())),
    call: unary(async (request: messages.CallRequest) => refuseFunction(request.getTok())),
    construct: unary(async (request: messages.ConstructRequest) => {
      throw new Error(
        `${request.getType()}: the lab's provider does not serve components such as charts and YAML files; ` +
          'declare their objects one by one.',
      );
    }),

    cancel: unary(async () => {
      provider.cancel();
      return new empty.Empty();
    }),
  };
}

/** Answers a call by a promise; a failure becomes what the engine understands. */
function unary<Request, Response>(
  handle: (request: Request) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, respond) => {
    handle(call.request).then(
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

function autonamingOf(request: messages.CheckRequest): Autonaming | undefined {
  const autonaming = request.getAutonaming();
  if (!autonaming) return undefined;
  const { Mode } = messages.CheckRequest.AutonamingOptions;
  const modes = new Map<number, Autonaming['mode']>([
    [Mode.PROPOSE, 'propose'],
    [Mode.ENFORCE, 'enforce'],
    [Mode.DISABLE, 'disable'],
  ]);
  return { mode: modes.get(autonaming.getMode()) ?? 'propose', proposedName: autonaming.getProposedName() };
}
