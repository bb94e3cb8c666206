import { createPrivateKey, sign } from 'node:crypto';
import { RefusedError } from '../../../components/secrets/shared/program/request.ts';

/** The status with which a request is refused; 0 when it is not. */
export async function refusal(asked: Promise<unknown>): Promise<number> {
  try {
    await asked;
    return 0;
  } catch (error) {
    if (error instanceof RefusedError) return error.status;
    throw error;
  }
}

/** A service account's token with other claims, signed by a key of the API server's kind. */
export function forge(key: string, token: string, claims: Record<string, unknown>): string {
  const [header = '', body = ''] = token.split('.');
  const decoded = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Record<string, unknown>;
  const text = `${header}.${Buffer.from(JSON.stringify({ ...decoded, ...claims })).toString('base64url')}`;
  const signed = sign('sha256', Buffer.from(text), { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' });
  return `${text}.${signed.toString('base64url')}`;
}
