/** Looks into a chart's archive without unpacking it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import * as z from 'zod';

const run = promisify(execFile);

const chartSchema = z.object({
  name: z.string(),
  version: z.string(),
  appVersion: z.string().optional(),
  deprecated: z.boolean().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

/** What a chart says of itself. */
export interface ChartDescription {
  name: string;
  version: string;
  appVersion?: string | undefined;
  deprecated: boolean;
  /** Its licences, as SPDX identifiers: the annotation's, and that of its licence file where it is a known text. */
  licences: { where: string; licence: string }[];
}

/** Reads a chart's description. @throws Error when the file is no chart */
export async function describeChart(archive: string): Promise<ChartDescription> {
  const { stdout: listing } = await run('tar', ['-tzf', archive], { maxBuffer: 64 << 20 });
  const members = listing.split('\n');
  const description = members.find((name) => /^[^/]+\/Chart\.yaml$/.test(name));
  if (!description) throw new Error('it holds no Chart.yaml');
  const { name, version, appVersion, deprecated, annotations } = chartSchema.parse(
    parse(await readMember(archive, description)),
  );
  const annotated = annotations?.['artifacthub.io/license'];
  const licences = annotated ? [{ where: 'artifacthub.io/license in Chart.yaml', licence: annotated }] : [];
  for (const member of members.filter((one) => /^[^/]+\/(LICEN[CS]E|COPYING)(\.[a-z]+)?$/i.test(one))) {
    const licence = recognizeLicence(await readMember(archive, member));
    if (licence) licences.push({ where: member, licence });
  }
  return { name, version, appVersion, deprecated: deprecated ?? false, licences };
}

async function readMember(archive: string, member: string): Promise<string> {
  return (await run('tar', ['-xzOf', archive, member], { maxBuffer: 64 << 20 })).stdout;
}

/** Words by which the licences that charts come under are told apart. */
const licenceWords: readonly [licence: string, words: RegExp][] = [
  ['Apache-2.0', /Apache License\s+Version 2\.0/],
  ['MPL-2.0', /Mozilla Public License,? (Version|v\.) ?2\.0/i],
  ['BUSL-1.1', /Business Source License/i],
  ['SSPL-1.0', /Server Side Public License/i],
  ['Elastic-2.0', /Elastic License 2\.0/],
  ['AGPL-3.0-only', /GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3/],
  ['GPL-3.0-only', /GNU GENERAL PUBLIC LICENSE\s+Version 3/],
  ['MIT', /MIT License|Permission is hereby granted, free of charge/],
  ['BSD-3-Clause', /Redistribution and use in source and binary forms[\s\S]*Neither the name/],
  ['BSD-2-Clause', /Redistribution and use in source and binary forms/],
];

/** The SPDX identifier of a licence's text; undefined when it is none of those that are known. */
export function recognizeLicence(text: string): string | undefined {
  return licenceWords.find(([, words]) => words.test(text))?.[0];
}
