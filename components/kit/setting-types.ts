import * as z from 'zod';
import { quantityPattern } from './quantity.ts';

/** Field types that settings of different implementations share. */

/** An amount of CPU, memory or disk, such as `250m`, `2` or `10Gi`. */
export const quantitySchema = z.string().regex(quantityPattern, 'a quantity such as 250m, 2 or 10Gi');

/** What one pod asks for. Memory is also its limit. */
export const resourcesSchema = z
  .strictObject({
    cpu: quantitySchema.describe('Processor time each pod asks for, in cores, such as 250m.'),
    memory: quantitySchema.describe('Memory each pod asks for and is limited to, such as 512Mi.'),
  })
  .describe('What each pod asks for.');

/** A duration as Go writes it, in whole hours, minutes and seconds, such as `2160h` or `1h30m`. */
export const durationSchema = z
  .string()
  .regex(/^(\d+h)?(\d+m)?(\d+s)?$/, 'a duration such as 2160h or 1h30m')
  .min(2);

/** A Go duration in seconds. */
export function durationSeconds(duration: string): number {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration);
  if (!match) throw new RangeError(`"${duration}" is not a duration such as 2160h`);
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
