/** The provider's transcripts, by topic. */
import { deletion } from './deletion.ts';
import { leftOut } from './left-out.ts';
import { lifecycle } from './lifecycle.ts';
import { names } from './names.ts';
import { ownership } from './ownership.ts';
import { previews } from './previews.ts';
import { readiness } from './readiness.ts';
import { replacement } from './replacement.ts';
import { secrets } from './secrets.ts';
import { stability } from './stability.ts';

export const topics = {
  lifecycle,
  names,
  replacement,
  ownership,
  previews,
  secrets,
  deletion,
  readiness,
  'what is left out': leftOut,
  'stability of every kind': stability,
};
