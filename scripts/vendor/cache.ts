/** What was fetched once, kept by its digest. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../components/kit/canonical.ts';
import { cacheHome } from '../../lab/toolchain/settings.ts';

/** Files by digest. */
export class ArtefactCache {
  private readonly directory: string;

  /** @param directory @default `~/.cache/ninefold/upstreams` */
  constructor(directory = join(cacheHome(process.env), 'upstreams')) {
    this.directory = directory;
  }

  /** The file with this digest; undefined when it is not kept, or not any more what it was. */
  find(digest: string, ending: string): string | undefined {
    const file = this.path(digest, ending);
    return existsSync(file) && digestOf(readFileSync(file)) === digest ? file : undefined;
  }

  /** Keeps bytes and returns their file. */
  keep(bytes: Uint8Array, ending: string): string {
    const file = this.path(digestOf(bytes), ending);
    mkdirSync(this.directory, { recursive: true });
    // Written beside and renamed, so that a killed run leaves no half file.
    const beside = `${file}.${process.pid}`;
    writeFileSync(beside, bytes);
    renameSync(beside, file);
    return file;
  }

  private path(digest: string, ending: string): string {
    return join(this.directory, `${digest.replace(':', '-')}.${ending}`);
  }
}
