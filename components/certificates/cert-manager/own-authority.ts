import type * as pulumi from '@pulumi/pulumi';
import type { Scope } from '../../kit/scope.ts';
import type { AuthorityNeeds } from '../capability.ts';
import { bootstrapIssuer } from './authority.ts';
import { emitIssuerPolicies, keysNamespace, makesNoAuthorities, type Validation } from './issuer-policies.ts';
import { certManagerKinds } from './kinds.ts';

/** Reference to the issuer of an authority of somebody's own. */
export function ownIssuer(authority: string) {
  return {
    group: certManagerKinds.ClusterIssuer.group,
    kind: 'ClusterIssuer',
    name: `ninefold-${authority}`,
  };
}

/**
 * Emits an authority of somebody's own: a root that signs itself, the issuer that signs with it, and before both the
 * policies that say who gets a certificate of it. The root is no child of the internal one, so neither proves anything
 * to whom trusts only the other.
 */
export function emitOwnAuthority(
  scope: Scope<unknown>,
  { newAuthority, owner }: AuthorityNeeds,
): pulumi.Resource[] {
  const { name } = ownIssuer(newAuthority);
  const policies = emitIssuerPolicies(scope, `authority-${newAuthority}`, name, validations(name, owner));
  const root = scope.custom(
    `authority-${newAuthority}-root`,
    certManagerKinds.Certificate,
    {
      metadata: { name, namespace: keysNamespace },
      spec: {
        isCA: true,
        commonName: `Ninefold authority for ${newAuthority}`,
        secretName: name,
        // As long as the internal authority by default: longer than any cluster is meant to live.
        duration: '87600h',
        renewBefore: '8760h',
        privateKey: { algorithm: 'ECDSA', size: 384, rotationPolicy: 'Never' },
        usages: ['cert sign', 'crl sign', 'digital signature'],
        issuerRef: {
          group: certManagerKinds.ClusterIssuer.group,
          kind: 'ClusterIssuer',
          name: bootstrapIssuer,
        },
      },
    },
    {
      dependsOn: policies,
      readyWhen: 'condition=Ready',
      holdsData: `the key of the authority for ${newAuthority}; all it has signed must be issued anew without it`,
    },
  );
  const issuer = scope.custom(
    `authority-${newAuthority}-issuer`,
    certManagerKinds.ClusterIssuer,
    { metadata: { name }, spec: { ca: { secretName: name } } },
    { dependsOn: [root], readyWhen: 'condition=Ready' },
  );
  return [...policies, root, issuer];
}

/** Who may have a certificate of the authority, and for what. */
function validations(issuer: string, owner: string): Validation[] {
  const elsewhere = (rule: string) => `object.metadata.namespace == '${owner}' || (${rule})`;
  return [
    makesNoAuthorities(issuer),
    {
      expression: elsewhere(
        "has(object.spec.commonName) && object.spec.commonName.endsWith('.' + object.metadata.namespace)",
      ),
      message: `A certificate of ${issuer} must have a commonName that ends with a dot and the name of its namespace.`,
    },
    {
      expression: elsewhere('!has(object.spec.literalSubject) && !has(object.spec.subject)'),
      message: `A certificate of ${issuer} is named by its commonName alone, without subject or literalSubject.`,
    },
    {
      expression: elsewhere(
        ['dnsNames', 'ipAddresses', 'uris', 'emailAddresses', 'otherNames']
          .map((field) => `!has(object.spec.${field})`)
          .join(' && '),
      ),
      message: `A certificate of ${issuer} has no other names than its commonName.`,
    },
    {
      expression: elsewhere(
        "has(object.spec.usages) && object.spec.usages.all(usage, usage in ['digital signature', 'client auth'])",
      ),
      message: `A certificate of ${issuer} is for clients: its usages are "digital signature" and "client auth".`,
    },
  ];
}
