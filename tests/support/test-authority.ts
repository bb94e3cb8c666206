// The certificate library's dependency injection needs the polyfill before it is loaded.
import 'reflect-metadata';
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

/** A certificate with its key, as PEM. */
export interface IssuedCertificate {
  certificate: string;
  key: string;
}

/** An authority that lives as long as a test, and signs as cert-manager would. */
export interface TestAuthority {
  /** Its own certificate, as PEM. */
  certificate: string;
  /** Signs for a client by its common name, or for a server by its host names. */
  issue(whom: { commonName: string } | { dnsNames: readonly string[] }): Promise<IssuedCertificate>;
}

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
const hour = 3_600_000;

/** Makes an authority with a key of its own. */
export async function testAuthority(name: string): Promise<TestAuthority> {
  const keys = await crypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
  const validity = { notBefore: new Date(Date.now() - hour), notAfter: new Date(Date.now() + 24 * hour) };
  const root = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    ...validity,
    signingAlgorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    certificate: root.toString('pem'),
    async issue(whom) {
      const own = await crypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
      const hosts = 'dnsNames' in whom ? whom.dnsNames : [];
      const usage = hosts.length > 0 ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth;
      const certificate = await X509CertificateGenerator.create({
        subject: 'commonName' in whom ? [{ CN: [whom.commonName] }] : [],
        issuer: root.subject,
        ...validity,
        signingAlgorithm,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([usage]),
          ...(hosts.length > 0
            ? [new SubjectAlternativeNameExtension(hosts.map((value) => ({ type: 'dns', value })))]
            : []),
        ],
      });
      const key = await crypto.subtle.exportKey('pkcs8', own.privateKey);
      return { certificate: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
    },
  };
}
