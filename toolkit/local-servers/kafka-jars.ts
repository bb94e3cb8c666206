import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { findOnPath, run, type Tell } from './commands.ts';
import pinned from './kafka-jars.json' with { type: 'json' };

/** The standard address of Maven Central, as Maven's own super POM has it. */
const CENTRAL = 'https://repo.maven.apache.org/maven2';
const PARALLEL_DOWNLOADS = 6;

/** The broker and its logging backend; everything else is theirs. */
const ROOTS = [/\/kafka_[\d.]+-/, /\/log4j-slf4j-impl-/];

/**
 * The jars of the Kafka broker, from `~/.cache/ninefold/kafka/<version>/`; fetched from Maven Central when they are
 * not there, by `mvn` where it is installed (which knows the user's mirrors and proxies), else directly (from
 * `MAVEN_MIRROR_URL` or the mirror in `~/.m2/settings.xml` if there is one). Each is checked against its SHA-256.
 *
 * @param tell Told before something is fetched. @default nobody is told
 * @throws an Error that says what could not be had.
 */
export async function kafkaJars(tell?: Tell): Promise<string[]> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ninefold', 'kafka');
  const directory = join(cache, pinned.version);
  if (!existsSync(directory)) {
    mkdirSync(cache, { recursive: true });
    tell?.(`fetching Kafka ${pinned.version} from Maven Central (${pinned.jars.length} jars, once)`);
    const partial = mkdtempSync(join(cache, `${pinned.version}.partial-`));
    try {
      await (findOnPath('mvn') ? copyByMaven(partial) : download(partial));
      for (const jar of pinned.jars) verify(join(partial, basename(jar.path)), jar.sha256);
      // Whole or not at all; whoever fetched it at the same time was as good.
      if (!existsSync(directory)) renameSync(partial, directory);
    } catch (error) {
      throw new Error(`The jars of Kafka ${pinned.version} could not be fetched`, {
        cause: error,
      });
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  return pinned.jars.map((jar) => join(directory, basename(jar.path)));
}

async function copyByMaven(directory: string): Promise<void> {
  const work = mkdtempSync(join(directory, 'maven-'));
  const dependencies = pinned.jars
    .filter(({ path }) => ROOTS.some((root) => root.test(path)))
    .map(({ path }) => {
      const parts = path.split('/');
      const [artifact, version] = parts.slice(-3, -1);
      const group = parts.slice(0, -3).join('.');
      return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
    });
  writeFileSync(
    join(work, 'pom.xml'),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>org.example</groupId><artifactId>kafka-broker</artifactId><version>1</version>
<dependencies>${dependencies.join('\n')}</dependencies></project>`,
  );
  await run(
    'mvn',
    ['-B', '-q', 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${directory}`],
    { cwd: work, maxBuffer: 2 ** 26 },
  );
  rmSync(work, { recursive: true });
}

async function download(directory: string): Promise<void> {
  const repository = mirror().replace(/\/$/, '');
  const waiting = [...pinned.jars];
  const worker = async (): Promise<void> => {
    for (let jar = waiting.pop(); jar !== undefined; jar = waiting.pop()) {
      const url = `${repository}/${jar.path}`;
      const response = await fetch(url);
      if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
      writeFileSync(join(directory, basename(jar.path)), Buffer.from(await response.arrayBuffer()));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_DOWNLOADS }, worker));
}

function mirror(): string {
  if (process.env.MAVEN_MIRROR_URL) return process.env.MAVEN_MIRROR_URL;
  const settings = join(homedir(), '.m2', 'settings.xml');
  if (!existsSync(settings)) return CENTRAL;
  const text = readFileSync(settings, 'utf8').replaceAll(/<!--[\s\S]*?-->/g, '');
  for (const [, entry = ''] of text.matchAll(/<mirror>([\s\S]*?)<\/mirror>/g)) {
    const of = /<mirrorOf>\s*(.*?)\s*<\/mirrorOf>/.exec(entry)?.[1]?.split(/\s*,\s*/) ?? [];
    const url = /<url>\s*(.*?)\s*<\/url>/.exec(entry)?.[1];
    const covers = of.some((id) => ['*', 'central', 'external:*'].includes(id)) && !of.includes('!central');
    if (url && covers) return url;
  }
  return CENTRAL;
}

function verify(path: string, expected: string): void {
  const actual = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (actual !== expected) throw new Error(`${basename(path)} has SHA-256 ${actual} instead of ${expected}`);
}
