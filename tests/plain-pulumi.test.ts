import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import engineServices from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import engineMessages from '@pulumi/pulumi/proto/engine_pb.js';
import resourceServices from '@pulumi/pulumi/proto/resource_grpc_pb.js';
import resourceMessages from '@pulumi/pulumi/proto/resource_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import structMessages from 'google-protobuf/google/protobuf/struct_pb.js';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');

interface Registration {
  type: string;
  name: string;
}

/** A call with one answer. */
function unary<Request>(answer: (request: Request) => unknown): grpc.handleUnaryCall<Request, unknown> {
  return (call, callback) => callback(null, answer(call.request));
}

/** The two services that a language runtime talks to, as an engine in a preview would answer them. */
async function startEngine(): Promise<{ address: string; registrations: Registration[]; stop(): void }> {
  const registrations: Registration[] = [];
  const server = new grpc.Server();
  server.addService(resourceServices.ResourceMonitorService as unknown as grpc.ServiceDefinition, {
    supportsFeature: unary(() => {
      const response = new resourceMessages.SupportsFeatureResponse();
      response.setHassupport(true);
      return response;
    }),
    registerResource: unary((request: InstanceType<typeof resourceMessages.RegisterResourceRequest>) => {
      const [type, name] = [request.getType(), request.getName()];
      registrations.push({ type, name });
      const response = new resourceMessages.RegisterResourceResponse();
      response.setUrn(`urn:pulumi:test::ninefold::${type}::${name}`);
      response.setObject(structMessages.Struct.fromJavaScript({}));
      return response;
    }),
    registerResourceOutputs: unary(() => new empty.Empty()),
    signalAndWaitForShutdown: unary(() => new empty.Empty()),
  });
  let rootUrn = '';
  server.addService(engineServices.EngineService as unknown as grpc.ServiceDefinition, {
    log: unary(() => new empty.Empty()),
    getRootResource: unary(() => {
      const response = new engineMessages.GetRootResourceResponse();
      response.setUrn(rootUrn);
      return response;
    }),
    setRootResource: unary((request: InstanceType<typeof engineMessages.SetRootResourceRequest>) => {
      rootUrn = request.getUrn();
      return new engineMessages.SetRootResourceResponse();
    }),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `127.0.0.1:${port}`, registrations, stop: () => server.forceShutdown() };
}

for (const layer of ['foundation', 'platform']) {
  test(`plain Pulumi runs the ${layer} layer by its own runner, straight from TypeScript`, async () => {
    const project = parse(readFileSync(join(root, 'Pulumi.yaml'), 'utf8'));
    const engine = await startEngine();
    after(() => engine.stop());
    const runner = spawn(
      process.execPath,
      [
        project.runtime.options.nodeargs,
        join(root, 'node_modules/@pulumi/pulumi/cmd/run/index.js'),
        ...['--monitor', engine.address, '--engine', engine.address],
        ...[
          '--project',
          project.name,
          '--stack',
          `lab.${layer}`,
          '--pwd',
          root,
          '--dry-run',
          '--parallel',
          '16',
        ],
        join(root, project.main),
      ],
      { cwd: root, env: { ...process.env, PULUMI_NODEJS_TYPESCRIPT: 'false' } },
    );
    let output = '';
    runner.stdout.on('data', (chunk) => (output += chunk));
    runner.stderr.on('data', (chunk) => (output += chunk));
    const [code] = await once(runner, 'exit');
    assert.equal(code, 0, output);
    const types = engine.registrations.map((one) => one.type);
    assert.ok(types.includes('pulumi:pulumi:Stack'), output);
    const expected =
      layer === 'foundation' ? 'ninefold:foundation:Foundation' : 'ninefold:certificates:CertManager';
    assert.ok(types.includes(expected), types.join('\n'));
    assert.ok(types.filter((type) => type.startsWith('kubernetes:')).length > 5);
  });
}
