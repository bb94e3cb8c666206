import type * as pulumi from '@pulumi/pulumi';
import type { Manifest } from '../../kit/manifest.ts';
import { capabilityNamespace } from '../../kit/naming.ts';
import type { Scope } from '../../kit/scope.ts';
import { certManagerKinds } from './kinds.ts';
import { workloads } from './operator.ts';

/** Where cert-manager runs, and where it looks for the keys of cluster-wide issuers. */
export const keysNamespace = capabilityNamespace('certificates');

/** The only one that asks an issuer directly: cert-manager itself, for a Certificate that was let through. */
const certManagerUser = `system:serviceaccount:${keysNamespace}:${workloads.controller.name}`;

/** One thing that must be true of a certificate. */
export interface Validation {
  /** CEL that is true of what is allowed. */
  expression: string;
  message: string;
}

/** Whoever may sign for others can sign for anybody. */
export function makesNoAuthorities(issuer: string): Validation {
  return {
    expression: [
      '(!has(object.spec.isCA) || !object.spec.isCA)',
      "(!has(object.spec.usages) || !object.spec.usages.exists(usage, usage in ['cert sign', 'crl sign', 'any']))",
    ].join(' && '),
    message: `The authority ${issuer} makes no other authorities: one of them could sign for anybody.`,
  };
}

/**
 * Emits the policies before a cluster-wide issuer, which signs whatever it is asked for: what must be true of each
 * Certificate that refers to it, and that nobody goes round that by asking directly.
 * @param role Beginning of the roles of the policies
 */
export function emitIssuerPolicies(
  scope: Scope<unknown>,
  role: string,
  issuer: string,
  validations: readonly Validation[],
  after?: readonly pulumi.Resource[],
): pulumi.Resource[] {
  const requests = admissionPolicy('requests', issuer, 'certificaterequests', [
    {
      expression: `request.userInfo.username == '${certManagerUser}' || (request.operation == 'UPDATE' && object.spec == oldObject.spec)`,
      message: `Only cert-manager asks ${issuer} directly. Make a Certificate.`,
    },
  ]);
  const certificates = admissionPolicy('certificates', issuer, 'certificates', validations);
  return Object.entries({ certificates, requests }).flatMap(([what, policy]) => {
    const made = scope.object(`${role}-${what}`, policy, after ? { dependsOn: after } : {});
    return [made, scope.object(`${role}-${what}-binding`, binding(policy), { dependsOn: [made] })];
  });
}

function admissionPolicy(
  what: string,
  issuer: string,
  resource: string,
  validations: readonly Validation[],
): Manifest {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: `${issuer}-${what}` },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [certManagerKinds.Certificate.group],
            apiVersions: ['*'],
            operations: ['CREATE', 'UPDATE'],
            resources: [resource],
          },
        ],
      },
      matchConditions: [
        {
          name: 'issuer',
          expression: `has(object.spec.issuerRef.kind) && object.spec.issuerRef.kind == 'ClusterIssuer' && object.spec.issuerRef.name == '${issuer}'`,
        },
      ],
      validations: validations.map((validation) => ({ ...validation, reason: 'Forbidden' })),
    },
  };
}

function binding(policy: Manifest): Manifest {
  const { name } = policy.metadata;
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  };
}
