import type { ServiceDefinition, UntypedHandleCall } from '@grpc/grpc-js';
import { type Codec, codecs } from './messages.ts';

/** One call of a service: how its request and its response are written. */
export interface Method<Request, Response> {
  path: string;
  request: Codec<Request>;
  response: Codec<Response>;
}

/** The calls of `pulumirpc.ResourceProvider` that the lab's provider answers. */
export const methods = {
  handshake: method('Handshake', codecs.handshakeRequest, codecs.handshakeResponse),
  attach: method('Attach', codecs.pluginAttach, codecs.empty),
  getPluginInfo: method('GetPluginInfo', codecs.empty, codecs.pluginInfo),
  getSchema: method('GetSchema', codecs.empty, codecs.getSchemaResponse),
  checkConfig: method('CheckConfig', codecs.checkRequest, codecs.checkResponse),
  diffConfig: method('DiffConfig', codecs.diffRequest, codecs.diffResponse),
  configure: method('Configure', codecs.configureRequest, codecs.configureResponse),
  check: method('Check', codecs.checkRequest, codecs.checkResponse),
  diff: method('Diff', codecs.diffRequest, codecs.diffResponse),
  create: method('Create', codecs.createRequest, codecs.createResponse),
  read: method('Read', codecs.readRequest, codecs.readResponse),
  update: method('Update', codecs.updateRequest, codecs.updateResponse),
  delete: method('Delete', codecs.deleteRequest, codecs.empty),
  invoke: method('Invoke', codecs.functionRequest, codecs.empty),
  call: method('Call', codecs.functionRequest, codecs.empty),
  construct: method('Construct', codecs.constructRequest, codecs.empty),
  cancel: method('Cancel', codecs.empty, codecs.empty),
};

/** `pulumirpc.Engine/Log`, the engine's own call. */
export const logMethod: Method<Parameters<typeof codecs.logRequest.encode>[0], object> = {
  path: '/pulumirpc.Engine/Log',
  request: codecs.logRequest,
  response: codecs.empty,
};

/** What each call is answered by. */
export type Handlers = {
  [Name in keyof typeof methods]: (typeof methods)[Name] extends Method<infer Request, infer Response>
    ? (request: Request) => Promise<Response>
    : never;
};

/** The service as a gRPC server takes it. */
export function serviceDefinition(): ServiceDefinition<Record<string, UntypedHandleCall>> {
  return Object.fromEntries(
    Object.entries(methods).map(([name, { path, request, response }]) => [
      name,
      {
        path,
        requestStream: false,
        responseStream: false,
        requestSerialize: (message) => request.encode(message as never),
        requestDeserialize: (bytes) => request.decode(bytes),
        responseSerialize: (message) => response.encode(message as never),
        responseDeserialize: (bytes) => response.decode(bytes),
      },
    ]),
  );
}

function method<Request, Response>(
  name: string,
  request: Codec<Request>,
  response: Codec<Response>,
): Method<Request, Response> {
  return { path: `/pulumirpc.ResourceProvider/${name}`, request, response };
}
