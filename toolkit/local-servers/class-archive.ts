import { createHash } from 'node:crypto';
import { existsSync, realpathSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The classes of a Java program, loaded and checked once and kept for its later starts, which takes half the time of
 * each (a dynamic archive of class data sharing). The first run that ends in good order writes it. Java looks itself
 * whether an archive fits, and does without one that does not.
 */
export class ClassArchive {
  readonly #path: string;
  readonly #partial: string;

  /**
   * @param directory where it is kept
   * @param java the `java` that it is for
   */
  constructor(directory: string, java: string) {
    const binary = realpathSync(java);
    const { mtimeMs, size } = statSync(binary);
    const key = createHash('sha256').update(`${binary} ${mtimeMs} ${size}`).digest('hex').slice(0, 16);
    this.#path = join(directory, `classes-${key}.jsa`);
    this.#partial = `${this.#path}.${process.pid}`;
  }

  /** Options of `java` that use the archive; none while there is none. */
  get reading(): readonly string[] {
    return existsSync(this.#path) ? [`-XX:SharedArchiveFile=${this.#path}`] : [];
  }

  /** Options of `java` that use the archive, or write it when the program ends. */
  get options(): readonly string[] {
    return existsSync(this.#path) ? this.reading : [`-XX:ArchiveClassesAtExit=${this.#partial}`];
  }

  /** Keeps what a program with {@link options} has written, now that it has ended. */
  keep(): void {
    if (existsSync(this.#partial)) renameSync(this.#partial, this.#path);
  }
}
