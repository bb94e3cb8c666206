/** Takes one file out of a zip archive: GNU `tar`, the one of Linux, doesn't read them. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

/** Signatures and sizes of the records, in bytes. Source: the format's description, APPNOTE.TXT, 4.3. */
const end = { signature: Buffer.from('PK\x05\x06'), size: 22, longestComment: 65_535 };
const central = { signature: 0x02014b50, size: 46 };
const local = { size: 30 };

/** Where the content of a member is, and how it is stored. */
interface Member {
  readonly offset: number;
  readonly compressed: number;
  readonly method: number;
}

/**
 * Writes a member of an archive to a file.
 *
 * @throws an Error when it isn't there, or is stored in a way that is not stored or deflated
 */
export async function unzip(archive: string, member: string, file: string): Promise<void> {
  const { offset, compressed, method } = await findMember(archive, member);
  if (method !== 0 && method !== 8) throw new Error(`${archive}: ${member} is packed by method ${method}`);
  const content = createReadStream(archive, { start: offset, end: offset + compressed - 1 });
  const unpack = method === 8 ? createInflateRaw() : new PassThrough();
  await pipeline(content, unpack, createWriteStream(file));
}

async function findMember(archive: string, member: string): Promise<Member> {
  const handle = await open(archive);
  try {
    const { size } = await handle.stat();
    const read = async (position: number, length: number) =>
      (await handle.read(Buffer.alloc(length), 0, length, position)).buffer;
    const tail = Math.min(size, end.size + end.longestComment);
    const last = await read(size - tail, tail);
    const at = last.lastIndexOf(end.signature);
    if (at < 0) throw new Error(`${archive} is no zip archive`);
    const directory = await read(last.readUInt32LE(at + 16), last.readUInt32LE(at + 12));
    for (let record = 0; record + central.size <= directory.length;) {
      if (directory.readUInt32LE(record) !== central.signature) break;
      const [name, extra, comment] = [28, 30, 32].map((field) => directory.readUInt16LE(record + field));
      const from = record + central.size;
      if (directory.toString('utf8', from, from + (name ?? 0)) === member) {
        const header = directory.readUInt32LE(record + 42);
        const start = await read(header, local.size);
        return {
          offset: header + local.size + start.readUInt16LE(26) + start.readUInt16LE(28),
          compressed: directory.readUInt32LE(record + 20),
          method: directory.readUInt16LE(record + 10),
        };
      }
      record = from + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
    }
    throw new Error(`${archive} holds no ${member}`);
  } finally {
    await handle.close();
  }
}
