import * as z from 'zod';
import type { Capability } from '../kit/capability.ts';

const labels = z.record(z.string(), z.string());

/** What others must know of the mesh. */
export const meshFacts = z.strictObject({
  /** Namespace of the control plane. */
  controlPlaneNamespace: z.string(),
  /** Namespace whose policies hold for the whole mesh. */
  rootNamespace: z.string(),
  /** First part of every identity: `spiffe://<trust domain>/ns/<namespace>/sa/<service account>`. */
  trustDomain: z.string(),
  /** `ambient`: a proxy on each node, and one in front of a namespace; `sidecar`: a proxy in each pod. */
  dataPlane: z.enum(['ambient', 'sidecar']),
  /** Labels of a namespace by which its pods join the mesh. */
  namespaceLabels: labels,
  /** Labels of a pod by which it stays out although its namespace joined. */
  optOutLabels: labels,
  /** Port on which traffic between pods of the mesh arrives; null where it arrives on the service's own ports. */
  tunnelPort: z.int().nullable(),
  /** Address that the kubelet's probes seem to come from; null where they keep their own. */
  probeSource: z.string().nullable(),
  /** The proxy before the services of a namespace, which knows methods and paths; null where each pod has its own. */
  waypoint: z
    .strictObject({
      className: z.string(),
      name: z.string(),
      serviceAccount: z.string(),
      podLabels: labels,
      port: z.int(),
    })
    .nullable(),
  /** Where every proxy gets its configuration and its certificate. */
  controlPlane: z.strictObject({ podLabels: labels, port: z.int() }),
});

/** A name as Kubernetes wants it of services, namespaces and accounts. */
const name = z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'a name of Kubernetes');

const port = z.int().min(1).max(65535);

/** Who acts: every pod that runs under a service account. */
export const identity = z.strictObject({ namespace: name, serviceAccount: name });

/** What a caller may do. Left out: everything on the ports. */
const operation = z.strictObject({
  methods: z
    .array(z.string().regex(/^[A-Z]+$/, 'an HTTP method'))
    .min(1)
    .optional(),
  /** Exact, or ending with `*`. */
  paths: z
    .array(z.string().regex(/^\/[^*]*\*?$/, 'a path, with * at its end at most'))
    .min(1)
    .optional(),
});

const caller = identity.extend({
  /** Ports of the service that it may use. @default all of them */
  ports: z.array(port).min(1).optional(),
  /** @default everything */
  operations: z.array(operation).min(1).optional(),
});

const servicePort = z.strictObject({
  name,
  /** Port of the Service. */
  port,
  /** Port of the pod. */
  targetPort: port,
  /** `tcp`: neither methods nor paths are known. */
  protocol: z.enum(['http', 'grpc', 'tcp']),
});

/** A service that joins: who may call it, and whom it calls. */
const serviceNeed = z.strictObject({
  kind: z.literal('service'),
  name,
  ...identity.shape,
  /** Labels that select its pods. */
  podLabels: labels,
  ports: z.array(servicePort).min(1),
  /** Nobody else may. */
  callers: z.array(caller),
  /** Services that it calls. */
  calls: z.array(
    z.strictObject({ name, namespace: name, podLabels: labels, targetPorts: z.array(port).min(1) }),
  ),
  /** Ports of its pods that the kubelet probes. */
  probePorts: z.array(port),
});

/** A host outside the mesh, with those who may connect to it. */
const egressHost = z.strictObject({
  host: z.hostname(),
  port,
  protocol: z.enum(['TLS', 'HTTP', 'TCP']),
  /** Service accounts of the namespace. */
  serviceAccounts: z.array(name).min(1),
});

/** A namespace that joins, with what its services share. */
const namespaceNeed = z.strictObject({
  kind: z.literal('namespace'),
  namespace: name,
  /** Hosts outside the cluster. Network policies open their addresses by an exception of the environment. */
  egress: z.array(egressHost),
});

/** What a team asks of the mesh: once for its namespace, and once for each service in it. */
export const meshNeeds = z.discriminatedUnion('kind', [namespaceNeed, serviceNeed]);

/** Facts of `mesh`. */
export type MeshFacts = z.infer<typeof meshFacts>;

/** Needs of `mesh`. */
export type MeshNeeds = z.infer<typeof meshNeeds>;

/** A service that joins the mesh. */
export type MeshService = z.infer<typeof serviceNeed>;

/** A namespace that joins the mesh. */
export type MeshNamespace = z.infer<typeof namespaceNeed>;

/** Who acts. */
export type Identity = z.infer<typeof identity>;

declare module '../kit/capability-types.ts' {
  interface CapabilityTypes {
    mesh: { facts: MeshFacts; needs: MeshNeeds };
  }
}

/** Connections between services: encrypted, known by identity, and allowed one by one. */
export const mesh: Capability<'mesh'> = {
  name: 'mesh',
  principle: 1,
  title: 'Service mesh',
  summary: 'Encrypts every connection between services and lets through only what a contract allows.',
  facts: meshFacts,
  needs: meshNeeds,
  onIn: ['minimal', 'small', 'production'],
};
