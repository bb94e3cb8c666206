import * as pulumi from '@pulumi/pulumi';
import resourceMessages from '@pulumi/pulumi/proto/resource_pb.js';
import mocks from '@pulumi/pulumi/runtime/mocks.js';
import state from '@pulumi/pulumi/runtime/state.js';
import structMessages from 'google-protobuf/google/protobuf/struct_pb.js';
import type { GraphResource, ResourceGraph } from './graph.ts';

/** Marks a secret on the wire between a program and its monitor. */
const secretSignature = '1b47061264138c4ac30d75fd1eb44270';
const signatureKey = '4dabf18193072939515e22adb298388d';
/** What an unknown value looks like on the wire. */
const unknownValue = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

/** Which stack of which project the program is to think it is. */
export interface RecordOptions {
  project: string;
  stack: string;
}

// The SDK keeps this one out of its published types; its own Automation API isolates inline programs with it.
const { withLocalStorage } = state as unknown as { withLocalStorage<T>(callback: () => T): T };

type RegisterRequest = InstanceType<typeof resourceMessages.RegisterResourceRequest>;
type OutputsRequest = InstanceType<typeof resourceMessages.RegisterResourceOutputsRequest>;
type Callback = (error: unknown, response: unknown) => void;

/**
 * Runs a Pulumi program in this process, without engine, cluster or network, and yields what it registers.
 * Values that only a running resource could give stay unknown.
 * @throws what the program throws, and Error when two resources have one name
 */
export async function recordProgram(
  program: () => unknown,
  options: RecordOptions,
): Promise<{ graph: ResourceGraph; outputs: unknown }> {
  return withLocalStorage(async () => {
    const monitor = new RecordingMonitor(options);
    await pulumi.runtime.setMocks(
      { call: () => ({}), newResource: () => ({ id: undefined, state: {} }) },
      options.project,
      options.stack,
      true,
    );
    pulumi.runtime.setMockOptions(monitor, options.project, options.stack, true);
    // A rejection that reaches the SDK is rejected once more by every output that waits, beyond anybody's catch:
    // what goes wrong is kept aside until the program has ended.
    const outputs = await pulumi.runtime.runInPulumiStack(async () => {
      try {
        return await program();
      } catch (error) {
        monitor.failures.push(error);
        return {};
      }
    });
    await pulumi.runtime.disconnect();
    if (monitor.failures.length > 0) throw monitor.failures[0];
    return { graph: monitor.graph, outputs };
  });
}

/** Answers the program as an engine in a preview would, and remembers every registration. */
class RecordingMonitor extends mocks.MockMonitor {
  readonly graph = new Map<string, GraphResource>();
  readonly failures: unknown[] = [];
  private readonly options: RecordOptions;

  constructor(options: RecordOptions) {
    super({ call: () => ({}), newResource: () => ({ id: undefined, state: {} }) });
    this.options = options;
  }

  override async registerResource(request: RegisterRequest, callback: Callback): Promise<void> {
    try {
      const resource = this.record(request);
      const response = new resourceMessages.RegisterResourceResponse();
      response.setUrn(resource.urn);
      response.setObject(structMessages.Struct.fromJavaScript({}));
      callback(null, response);
    } catch (error) {
      callback(error, undefined);
    }
  }

  override registerResourceOutputs(request: OutputsRequest, callback: Callback): void {
    const resource = this.graph.get(request.getUrn());
    if (resource) this.graph.set(resource.urn, { ...resource, finished: true });
    callback(null, {});
  }

  private record(request: RegisterRequest): GraphResource {
    const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
    const urn = this.urnOf(type, name, parent);
    if (this.graph.has(urn)) this.failures.push(new Error(`two resources have the URN ${urn}`));
    const secretInputs: string[] = [];
    const inputs = plain(request.getObject()?.toJavaScript() ?? {}, '', secretInputs);
    const dependencies = new Set(request.getDependenciesList());
    for (const [, property] of request.getPropertydependenciesMap().entries()) {
      for (const dependency of property.getUrnsList()) dependencies.add(dependency);
    }
    const resource: GraphResource = {
      urn,
      type,
      name,
      stack: this.options.stack,
      custom: request.getCustom(),
      ...(parent ? { parent } : {}),
      inputs: inputs as Record<string, unknown>,
      secretInputs,
      dependencies: [...dependencies],
      provider: request.getProvider().split('::').slice(0, -1).join('::'),
      protect: request.getProtect() ?? false,
      ignoreChanges: request.getIgnorechangesList(),
      retainOnDelete: request.getRetainondelete() ?? false,
      finished: false,
    };
    this.graph.set(urn, resource);
    return resource;
  }

  /** As the engine makes them: the stack itself is not part of its children's types. */
  private urnOf(type: string, name: string, parent: string): string {
    const parentType = parent.split('::')[2] ?? '';
    const qualified =
      parentType === '' || parentType === 'pulumi:pulumi:Stack' ? type : `${parentType}$${type}`;
    return `urn:pulumi:${this.options.stack}::${this.options.project}::${qualified}::${name}`;
  }
}

/** A value off the wire without its marks; unknown fields are dropped and secret paths noted. */
function plain(value: unknown, path: string, secrets: string[]): unknown {
  if (value === unknownValue) return undefined;
  if (Array.isArray(value)) return value.map((item, index) => plain(item, `${path}[${index}]`, secrets));
  if (typeof value !== 'object' || value === null) return value;
  const signature = Reflect.get(value, signatureKey);
  if (signature === secretSignature) {
    secrets.push(path);
    return plain(Reflect.get(value, 'value'), path, secrets);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, plain(one, path ? `${path}.${key}` : key, secrets)]),
  );
}
