/** The lab's own certificate authority and everything that it signs. */
// The certificate library's dependency injection needs the polyfill before it is loaded.
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { LabLayout } from './layout.ts';
import { kubernetesServiceAddress } from './network.ts';

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };

/** Nobody renews a lab's certificates: the key that signed them lies beside them, and a lab is soon thrown away. */
const lifetimeYears = 10;

/** A certificate to issue: who it names, and which host names it serves. */
interface Leaf {
  readonly file: string;
  readonly commonName: string;
  readonly organization?: string;
  /** Host names and addresses; a certificate with them may serve, and every certificate may be a client's. */
  readonly hosts?: readonly string[];
}

const leaves: readonly Leaf[] = [
  { file: 'etcd', commonName: 'etcd', hosts: ['localhost', '127.0.0.1'] },
  {
    file: 'kube-apiserver',
    commonName: 'kube-apiserver',
    hosts: [
      'localhost',
      '127.0.0.1',
      kubernetesServiceAddress,
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
    ],
  },
  { file: 'admin', commonName: 'ninefold-lab-admin', organization: 'system:masters' },
  { file: 'kube-controller-manager', commonName: 'system:kube-controller-manager' },
  { file: 'kube-scheduler', commonName: 'system:kube-scheduler' },
  { file: 'kwok', commonName: 'ninefold:kwok' },
];

/** Issues all certificates and the key of the service accounts, once in the life of a lab. */
export async function issueCertificates(layout: LabLayout): Promise<void> {
  // Complete or absent: everything is written beside and renamed into place at the end.
  const draft = `${layout.certificates}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const write = (name: string, text: string) => writeFile(join(draft, name), text, { mode: 0o600 });
  const authority = await createAuthority(layout.name);
  await write('ca.crt', authority.certificate.toString('pem'));
  await write('ca.key', await privateKeyPem(authority.keys));
  await Promise.all(
    leaves.map(async (leaf) => {
      const { certificate, keys } = await issue(leaf, authority);
      await write(`${leaf.file}.crt`, certificate);
      await write(`${leaf.file}.key`, await privateKeyPem(keys));
    }),
  );
  const serviceAccount = await generateKeys();
  await write('service-account.key', await privateKeyPem(serviceAccount));
  await write('service-account.pub', await publicKeyPem(serviceAccount));
  await rename(draft, layout.certificates);
}

type Authority = Awaited<ReturnType<typeof createAuthority>>;

async function createAuthority(lab: string) {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [`ninefold-lab-${lab}`] }],
    ...validity(),
    signingAlgorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { keys, certificate };
}

async function issue(leaf: Leaf, authority: Authority) {
  const keys = await generateKeys();
  const hosts = leaf.hosts ?? [];
  const certificate = await X509CertificateGenerator.create({
    subject: [{ CN: [leaf.commonName], ...(leaf.organization ? { O: [leaf.organization] } : {}) }],
    issuer: authority.certificate.subject,
    ...validity(),
    signingAlgorithm,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([
        ExtendedKeyUsage.clientAuth,
        ...(hosts.length > 0 ? [ExtendedKeyUsage.serverAuth] : []),
      ]),
      ...(hosts.length > 0
        ? [
            new SubjectAlternativeNameExtension(
              hosts.map((value) => ({ type: /^[\d.]+$/.test(value) ? 'ip' : 'dns', value })),
            ),
          ]
        : []),
    ],
  });
  return { keys, certificate: certificate.toString('pem') };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
}

async function privateKeyPem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  return PemConverter.encode(await crypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY');
}

async function publicKeyPem({ publicKey }: webcrypto.CryptoKeyPair): Promise<string> {
  return PemConverter.encode(await crypto.subtle.exportKey('spki', publicKey), 'PUBLIC KEY');
}

/** From an hour ago, for clocks that are set back a little after a start. */
function validity(): { notBefore: Date; notAfter: Date } {
  const notBefore = new Date(Date.now() - 3_600_000);
  const notAfter = new Date(notBefore);
  notAfter.setFullYear(notAfter.getFullYear() + lifetimeYears);
  return { notBefore, notAfter };
}
