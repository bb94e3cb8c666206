/**
 * The messages of Pulumi's provider protocol (proto/pulumi/provider.proto, plugin.proto and engine.proto of
 * pulumi/pulumi) that the lab's provider takes and gives; fields that it has no use for are passed over. Properties
 * (`google.protobuf.Struct`) stay bytes here, see `struct.ts`.
 */
import protobuf from 'protobufjs';

export interface HandshakeRequest {
  engineAddress: string;
}

export interface HandshakeResponse {
  acceptSecrets: boolean;
  acceptOutputs: boolean;
  supportsAutonamingConfiguration: boolean;
}

export interface PluginAttach {
  address: string;
}

export interface PluginInfo {
  version: string;
}

export interface GetSchemaResponse {
  schema: string;
}

export interface ConfigureRequest {
  args: Uint8Array;
}

export interface ConfigureResponse {
  acceptSecrets: boolean;
  supportsPreview: boolean;
  acceptOutputs: boolean;
  supportsAutonamingConfiguration: boolean;
}

export interface CheckRequest {
  urn: string;
  olds: Uint8Array;
  news: Uint8Array;
  randomSeed: Uint8Array;
  autonaming: { proposedName: string; mode: number } | null;
}

export interface CheckResponse {
  inputs: Uint8Array;
  failures: { property: string; reason: string }[];
}

export interface DiffRequest {
  id: string;
  urn: string;
  olds: Uint8Array;
  news: Uint8Array;
  oldInputs: Uint8Array;
}

export interface DiffResponse {
  replaces: string[];
  deleteBeforeReplace: boolean;
  changes: number;
  diffs: string[];
  detailedDiff: Record<string, { kind: number; inputDiff: boolean }>;
  hasDetailedDiff: boolean;
}

export interface CreateRequest {
  urn: string;
  properties: Uint8Array;
  timeout: number;
  preview: boolean;
}

export interface CreateResponse {
  id: string;
  properties: Uint8Array;
}

export interface ReadRequest {
  id: string;
  urn: string;
  properties: Uint8Array;
  inputs: Uint8Array;
}

export interface ReadResponse {
  id: string;
  properties?: Uint8Array;
  inputs?: Uint8Array;
}

export interface UpdateRequest {
  id: string;
  urn: string;
  olds: Uint8Array;
  news: Uint8Array;
  timeout: number;
  preview: boolean;
  oldInputs: Uint8Array;
}

export interface UpdateResponse {
  properties: Uint8Array;
}

export interface DeleteRequest {
  id: string;
  urn: string;
  properties: Uint8Array;
  timeout: number;
  oldInputs: Uint8Array;
}

/** Of a function or component: which one. */
export interface TokenRequest {
  token: string;
}

export interface LogRequest {
  severity: number;
  message: string;
  urn: string;
  ephemeral: boolean;
}

export interface ErrorResourceInitFailed {
  id: string;
  properties: Uint8Array;
  reasons: string[];
  inputs: Uint8Array;
}

/** `google.rpc.Status`. */
export interface RpcStatus {
  code: number;
  message: string;
  details: { type_url: string; value: Uint8Array }[];
}

export type Empty = Record<string, never>;

/** Turns one kind of message into bytes and back. */
export interface Codec<Message> {
  encode(message: Message): Buffer;
  decode(bytes: Uint8Array): Message;
}

const text = (id: number) => ({ type: 'string', id });
const texts = (id: number) => ({ type: 'string', id, rule: 'repeated' });
const flag = (id: number) => ({ type: 'bool', id });
const count = (id: number) => ({ type: 'int32', id });
const seconds = (id: number) => ({ type: 'double', id });
const bytes = (id: number) => ({ type: 'bytes', id });
const one = (type: string, id: number) => ({ type, id });
const many = (type: string, id: number) => ({ type, id, rule: 'repeated' });

const byName = (type: string, id: number) => ({ type, id, keyType: 'string' }) satisfies protobuf.IMapField;

const root = protobuf.Root.fromJSON({
  nested: {
    Empty: { fields: {} },
    HandshakeRequest: { fields: { engineAddress: text(1) } },
    HandshakeResponse: {
      fields: { acceptSecrets: flag(1), acceptOutputs: flag(3), supportsAutonamingConfiguration: flag(4) },
    },
    PluginAttach: { fields: { address: text(1) } },
    PluginInfo: { fields: { version: text(1) } },
    GetSchemaResponse: { fields: { schema: text(1) } },
    ConfigureRequest: { fields: { args: bytes(2) } },
    ConfigureResponse: {
      fields: {
        acceptSecrets: flag(1),
        supportsPreview: flag(2),
        acceptOutputs: flag(4),
        supportsAutonamingConfiguration: flag(5),
      },
    },
    Autonaming: { fields: { proposedName: text(1), mode: count(2) } },
    CheckRequest: {
      fields: {
        urn: text(1),
        olds: bytes(2),
        news: bytes(3),
        randomSeed: bytes(5),
        autonaming: one('Autonaming', 8),
      },
    },
    CheckFailure: { fields: { property: text(1), reason: text(2) } },
    CheckResponse: { fields: { inputs: bytes(1), failures: many('CheckFailure', 2) } },
    DiffRequest: {
      fields: { id: text(1), urn: text(2), olds: bytes(3), news: bytes(4), oldInputs: bytes(6) },
    },
    PropertyDiff: { fields: { kind: count(1), inputDiff: flag(2) } },
    DiffResponse: {
      fields: {
        replaces: texts(1),
        deleteBeforeReplace: flag(3),
        changes: count(4),
        diffs: texts(5),
        detailedDiff: byName('PropertyDiff', 6),
        hasDetailedDiff: flag(7),
      },
    },
    CreateRequest: { fields: { urn: text(1), properties: bytes(2), timeout: seconds(3), preview: flag(4) } },
    CreateResponse: { fields: { id: text(1), properties: bytes(2) } },
    ReadRequest: { fields: { id: text(1), urn: text(2), properties: bytes(3), inputs: bytes(4) } },
    ReadResponse: { fields: { id: text(1), properties: bytes(2), inputs: bytes(3) } },
    UpdateRequest: {
      fields: {
        id: text(1),
        urn: text(2),
        olds: bytes(3),
        news: bytes(4),
        timeout: seconds(5),
        preview: flag(7),
        oldInputs: bytes(8),
      },
    },
    UpdateResponse: { fields: { properties: bytes(1) } },
    DeleteRequest: {
      fields: { id: text(1), urn: text(2), properties: bytes(3), timeout: seconds(4), oldInputs: bytes(5) },
    },
    FunctionRequest: { fields: { token: text(1) } },
    ConstructRequest: { fields: { token: text(7) } },
    LogRequest: { fields: { severity: count(1), message: text(2), urn: text(3), ephemeral: flag(5) } },
    ErrorResourceInitFailed: {
      fields: { id: text(1), properties: bytes(2), reasons: texts(3), inputs: bytes(4) },
    },
    Any: { fields: { type_url: text(1), value: bytes(2) } },
    RpcStatus: { fields: { code: count(1), message: text(2), details: many('Any', 3) } },
  },
});

function codec<Message>(name: string): Codec<Message> {
  const type = root.lookupType(name);
  return {
    encode: (message) => Buffer.from(type.encode(message as Record<string, unknown>).finish()),
    // Fields that were not sent get their defaults as fields of their own.
    decode: (encoded) => type.toObject(type.decode(encoded), { defaults: true }) as Message,
  };
}

export const codecs = {
  empty: codec<Empty>('Empty'),
  handshakeRequest: codec<HandshakeRequest>('HandshakeRequest'),
  handshakeResponse: codec<HandshakeResponse>('HandshakeResponse'),
  pluginAttach: codec<PluginAttach>('PluginAttach'),
  pluginInfo: codec<PluginInfo>('PluginInfo'),
  getSchemaResponse: codec<GetSchemaResponse>('GetSchemaResponse'),
  configureRequest: codec<ConfigureRequest>('ConfigureRequest'),
  configureResponse: codec<ConfigureResponse>('ConfigureResponse'),
  checkRequest: codec<CheckRequest>('CheckRequest'),
  checkResponse: codec<CheckResponse>('CheckResponse'),
  diffRequest: codec<DiffRequest>('DiffRequest'),
  diffResponse: codec<DiffResponse>('DiffResponse'),
  createRequest: codec<CreateRequest>('CreateRequest'),
  createResponse: codec<CreateResponse>('CreateResponse'),
  readRequest: codec<ReadRequest>('ReadRequest'),
  readResponse: codec<ReadResponse>('ReadResponse'),
  updateRequest: codec<UpdateRequest>('UpdateRequest'),
  updateResponse: codec<UpdateResponse>('UpdateResponse'),
  deleteRequest: codec<DeleteRequest>('DeleteRequest'),
  functionRequest: codec<TokenRequest>('FunctionRequest'),
  constructRequest: codec<TokenRequest>('ConstructRequest'),
  logRequest: codec<LogRequest>('LogRequest'),
  initializationFailure: codec<ErrorResourceInitFailed>('ErrorResourceInitFailed'),
  status: codec<RpcStatus>('RpcStatus'),
};
