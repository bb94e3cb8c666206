/** Where a lab's certificates are, and that they are there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LabLayout } from './layout.ts';

/** The PEM files of one certificate. */
export function certificateFiles(layout: LabLayout, file: string): { certificate: string; key: string } {
  return {
    certificate: join(layout.certificates, `${file}.crt`),
    key: join(layout.certificates, `${file}.key`),
  };
}

/** Sees to it that the lab has its certificates; only a new lab waits for the library that issues them. */
export async function ensureCertificates(layout: LabLayout): Promise<void> {
  if (existsSync(layout.certificates)) return;
  const { issueCertificates } = await import('./certificates.ts');
  await issueCertificates(layout);
}
