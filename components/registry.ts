import { certificates } from './certificates/capability.ts';
import { certManager } from './certificates/cert-manager/index.ts';
import { database } from './database/capability.ts';
import { postgresql } from './database/postgresql/index.ts';
import { gateway } from './gateway/capability.ts';
import { istioGateway } from './gateway/istio/index.ts';
import { type Registry, register } from './kit/registry.ts';
import { mesh } from './mesh/capability.ts';
import { istioMesh } from './mesh/istio/index.ts';
import { secrets } from './secrets/capability.ts';
import { openbao } from './secrets/openbao/index.ts';
import { vault } from './secrets/vault/index.ts';
import { streaming } from './streaming/capability.ts';
import { kafka } from './streaming/kafka/index.ts';

/** Everything the platform can be made of: one line a capability, its default implementation first. */
export const registry: Registry = [
  register(mesh, [istioMesh]),
  register(gateway, [istioGateway]),
  register(certificates, [certManager]),
  register(database, [postgresql]),
  register(secrets, [vault, openbao]),
  register(streaming, [kafka]),
];
