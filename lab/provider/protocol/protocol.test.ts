import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import engine from '@pulumi/pulumi/proto/engine_pb.js';
import plugin from '@pulumi/pulumi/proto/plugin_pb.js';
import provider from '@pulumi/pulumi/proto/provider_pb.js';
import services from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import status from '@pulumi/pulumi/proto/status_pb.js';
import fc from 'fast-check';
import structs from 'google-protobuf/google/protobuf/struct_pb.js';
import { type Codec, codecs } from './messages.ts';
import { methods } from './service.ts';
import { readStruct, type WireMap, type WireValue, writeStruct } from './struct.ts';

/** The SDK loses a member of this name. */
const names = fc.string().filter((name) => name !== '__proto__');
const { value: anyValue } = fc.letrec<{ value: WireValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true }),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 4 }),
  ),
}));
const anyMap: fc.Arbitrary<WireMap> = fc.dictionary(names, anyValue, {
  maxKeys: 5,
  noNullPrototype: true,
});

describe('properties', () => {
  test('are read as the SDK writes them', () => {
    fc.assert(
      fc.property(anyMap, (map) => {
        assert.deepEqual(plain(readStruct(structs.Struct.fromJavaScript(map).serializeBinary())), plain(map));
      }),
    );
  });

  test('are written as the SDK reads them', () => {
    fc.assert(
      fc.property(anyMap, (map) => {
        assert.deepEqual(
          plain(structs.Struct.deserializeBinary(writeStruct(map)).toJavaScript()),
          plain(map),
        );
      }),
    );
  });
});

test('a member may have any name', () => {
  const map = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "": 3}') as WireMap;
  assert.deepEqual(Object.entries(readStruct(writeStruct(map))), Object.entries(map));
});

/** A generated message of the SDK. */
interface Generated {
  serializeBinary(): Uint8Array;
}

const struct = structs.Struct.fromJavaScript({ a: 'b' });
const bytes = struct.serializeBinary();

describe('a message has the field numbers of the SDK:', () => {
  function same<Message extends object>(
    name: string,
    codec: Codec<Message>,
    ours: Message,
    theirs: Generated,
  ) {
    test(name, () => {
      const encoded = theirs.serializeBinary();
      assert.deepEqual(new Uint8Array(codec.encode(ours)), encoded);
      const decoded = codec.decode(encoded) as Record<string, unknown>;
      assert.ok(Object.keys(ours).length > 0);
      for (const [field, value] of Object.entries(ours)) {
        assert.equal(textOf(decoded[field]), textOf(value), field);
      }
    });
  }

  const handshake = new provider.ProviderHandshakeRequest();
  handshake.setEngineAddress('a');
  same('HandshakeRequest', codecs.handshakeRequest, { engineAddress: 'a' }, handshake);

  const handshaken = new provider.ProviderHandshakeResponse();
  handshaken.setAcceptSecrets(true);
  handshaken.setAcceptOutputs(true);
  handshaken.setSupportsAutonamingConfiguration(true);
  same(
    'HandshakeResponse',
    codecs.handshakeResponse,
    { acceptSecrets: true, acceptOutputs: true, supportsAutonamingConfiguration: true },
    handshaken,
  );

  const attach = new plugin.PluginAttach();
  attach.setAddress('a');
  same('PluginAttach', codecs.pluginAttach, { address: 'a' }, attach);

  const info = new plugin.PluginInfo();
  info.setVersion('1');
  same('PluginInfo', codecs.pluginInfo, { version: '1' }, info);

  const schema = new provider.GetSchemaResponse();
  schema.setSchema('{}');
  same('GetSchemaResponse', codecs.getSchemaResponse, { schema: '{}' }, schema);

  const configure = new provider.ConfigureRequest();
  configure.setArgs(struct);
  same('ConfigureRequest', codecs.configureRequest, { args: bytes }, configure);

  const configured = new provider.ConfigureResponse();
  configured.setAcceptsecrets(true);
  configured.setSupportspreview(true);
  configured.setAcceptoutputs(true);
  configured.setSupportsAutonamingConfiguration(true);
  same(
    'ConfigureResponse',
    codecs.configureResponse,
    {
      acceptSecrets: true,
      supportsPreview: true,
      acceptOutputs: true,
      supportsAutonamingConfiguration: true,
    },
    configured,
  );

  const check = new provider.CheckRequest();
  check.setUrn('u');
  check.setOlds(struct);
  check.setNews(struct);
  check.setRandomseed(new Uint8Array([7]));
  const autonaming = new provider.CheckRequest.AutonamingOptions();
  autonaming.setProposedName('n');
  autonaming.setMode(2);
  check.setAutonaming(autonaming);
  same(
    'CheckRequest',
    codecs.checkRequest,
    {
      urn: 'u',
      olds: bytes,
      news: bytes,
      randomSeed: new Uint8Array([7]),
      autonaming: { proposedName: 'n', mode: 2 },
    },
    check,
  );

  const checked = new provider.CheckResponse();
  checked.setInputs(struct);
  const failure = new provider.CheckFailure();
  failure.setProperty('p');
  failure.setReason('r');
  checked.setFailuresList([failure]);
  same(
    'CheckResponse',
    codecs.checkResponse,
    { inputs: bytes, failures: [{ property: 'p', reason: 'r' }] },
    checked,
  );

  const diff = new provider.DiffRequest();
  diff.setId('i');
  diff.setUrn('u');
  diff.setOlds(struct);
  diff.setNews(struct);
  diff.setOldInputs(struct);
  same(
    'DiffRequest',
    codecs.diffRequest,
    { id: 'i', urn: 'u', olds: bytes, news: bytes, oldInputs: bytes },
    diff,
  );

  const difference = new provider.PropertyDiff();
  difference.setKind(5);
  difference.setInputdiff(true);
  const differed = new provider.DiffResponse();
  differed.setReplacesList(['a']);
  differed.setDeletebeforereplace(true);
  differed.setChanges(2);
  differed.setDiffsList(['a']);
  differed.getDetaileddiffMap().set('a', difference);
  differed.setHasdetaileddiff(true);
  same(
    'DiffResponse',
    codecs.diffResponse,
    {
      replaces: ['a'],
      deleteBeforeReplace: true,
      changes: 2,
      diffs: ['a'],
      detailedDiff: { a: { kind: 5, inputDiff: true } },
      hasDetailedDiff: true,
    },
    differed,
  );

  const create = new provider.CreateRequest();
  create.setUrn('u');
  create.setProperties(struct);
  create.setTimeout(1.5);
  create.setPreview(true);
  same(
    'CreateRequest',
    codecs.createRequest,
    { urn: 'u', properties: bytes, timeout: 1.5, preview: true },
    create,
  );

  const created = new provider.CreateResponse();
  created.setId('i');
  created.setProperties(struct);
  same('CreateResponse', codecs.createResponse, { id: 'i', properties: bytes }, created);

  const read = new provider.ReadRequest();
  read.setId('i');
  read.setUrn('u');
  read.setProperties(struct);
  read.setInputs(struct);
  same('ReadRequest', codecs.readRequest, { id: 'i', urn: 'u', properties: bytes, inputs: bytes }, read);

  const found = new provider.ReadResponse();
  found.setId('i');
  found.setProperties(struct);
  found.setInputs(struct);
  same('ReadResponse', codecs.readResponse, { id: 'i', properties: bytes, inputs: bytes }, found);

  const update = new provider.UpdateRequest();
  update.setId('i');
  update.setUrn('u');
  update.setOlds(struct);
  update.setNews(struct);
  update.setTimeout(2);
  update.setPreview(true);
  update.setOldInputs(struct);
  same(
    'UpdateRequest',
    codecs.updateRequest,
    { id: 'i', urn: 'u', olds: bytes, news: bytes, timeout: 2, preview: true, oldInputs: bytes },
    update,
  );

  const updated = new provider.UpdateResponse();
  updated.setProperties(struct);
  same('UpdateResponse', codecs.updateResponse, { properties: bytes }, updated);

  const remove = new provider.DeleteRequest();
  remove.setId('i');
  remove.setUrn('u');
  remove.setProperties(struct);
  remove.setTimeout(3);
  remove.setOldInputs(struct);
  same(
    'DeleteRequest',
    codecs.deleteRequest,
    { id: 'i', urn: 'u', properties: bytes, timeout: 3, oldInputs: bytes },
    remove,
  );

  const invoke = new provider.InvokeRequest();
  invoke.setTok('t');
  same('InvokeRequest', codecs.functionRequest, { token: 't' }, invoke);

  const call = new provider.CallRequest();
  call.setTok('t');
  same('CallRequest', codecs.functionRequest, { token: 't' }, call);

  const construct = new provider.ConstructRequest();
  construct.setType('t');
  same('ConstructRequest', codecs.constructRequest, { token: 't' }, construct);

  const log = new engine.LogRequest();
  log.setSeverity(2);
  log.setMessage('m');
  log.setUrn('u');
  log.setEphemeral(true);
  same('LogRequest', codecs.logRequest, { severity: 2, message: 'm', urn: 'u', ephemeral: true }, log);

  const failed = new provider.ErrorResourceInitFailed();
  failed.setId('i');
  failed.setProperties(struct);
  failed.setReasonsList(['r']);
  failed.setInputs(struct);
  same(
    'ErrorResourceInitFailed',
    codecs.initializationFailure,
    { id: 'i', properties: bytes, reasons: ['r'], inputs: bytes },
    failed,
  );

  const rpc = new status.Status();
  rpc.setCode(2);
  rpc.setMessage('m');
  same('Status', codecs.status, { code: 2, message: 'm', details: [] }, rpc);
});

test('the calls have the paths of the SDK', () => {
  const paths = new Set(
    Object.values(services.ResourceProviderService).map(({ path }: { path: string }) => path),
  );
  for (const { path } of Object.values(methods)) assert.ok(paths.has(path), path);
});

/** Without prototypes and negative zeros, which JSON does not have. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Bytes come as arrays and as buffers, messages with a prototype of their own. */
function textOf(value: unknown): string {
  return JSON.stringify(value instanceof Uint8Array ? [...value] : value);
}
