/** Backups to a store that knows the pods by their service account. */
export const podIdentity = {
  destination: 's3://example-backups/production',
  credentials: { kind: 'pod-identity', roleArn: 'arn:aws:iam::123456789012:role/backups' },
};

/** Backups to a store that asks for a key. */
export const accessKey = {
  destination: 's3://example-backups/production',
  endpoint: 'https://objects.example.org',
  endpointAuthority: { name: 'objects-authority', key: 'ca.crt' },
  credentials: {
    kind: 'secret',
    accessKeyId: { name: 'objects', key: 'id' },
    secretAccessKey: { name: 'objects', key: 'key' },
  },
  encryption: 'AES256',
};
