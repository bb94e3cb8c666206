import type { Fields, Json } from '../../../components/secrets/shared/program/desired.ts';
import { RefusedError } from '../../../components/secrets/shared/program/request.ts';
import type { ServerNode } from '../../../components/secrets/shared/program/server.ts';

/** Another value of the same kind. */
export function spoiled(value: Json | undefined): Json {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 60;
  if (Array.isArray(value)) return [...value, '*'];
  const text = String(value);
  // A policy must still be one.
  if (text.includes('\n')) return `${text}# changed\n`;
  return /^\d+s$/.test(text) ? '61s' : `${text}*`;
}

/** Changes by hand, one by one, the fields that an object of the server tells, as far as the server lets anybody. */
export async function spoil(root: ServerNode, at: { read: string; write: string }): Promise<void> {
  const before = (await root.read(at.read)) ?? {};
  for (const field of Object.keys(before)) {
    const current = (await root.read(at.read)) ?? {};
    try {
      await root.ask('POST', at.write, { ...current, [field]: spoiled(before[field]) });
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
    }
  }
}

/** The fields in which two readings differ. */
export function differences(one: Fields, other: Fields): string[] {
  return Object.keys({ ...one, ...other }).filter(
    (field) => JSON.stringify(one[field]) !== JSON.stringify(other[field]),
  );
}
