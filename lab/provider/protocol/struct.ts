import protobuf from 'protobufjs/minimal.js';

/** A value of `google.protobuf.Value`. */
export type WireValue = null | boolean | number | string | WireValue[] | WireMap;
/** A value of `google.protobuf.Struct`. */
export type WireMap = { [name: string]: WireValue };

// Field numbers of google/protobuf/struct.proto, shifted by the wire type as they stand on the wire.
const tag = {
  /** `Struct.fields`, and an entry's key and value. */
  entry: (1 << 3) | 2,
  key: (1 << 3) | 2,
  value: (2 << 3) | 2,
  /** `Value`'s alternatives. */
  nothing: 1 << 3,
  number: (2 << 3) | 1,
  text: (3 << 3) | 2,
  flag: 4 << 3,
  map: (5 << 3) | 2,
  list: (6 << 3) | 2,
  /** `ListValue.values`. */
  member: (1 << 3) | 2,
} as const;

/**
 * Reads a `Struct`. The generated classes of the SDK do this in time that grows with the square of the depth: the
 * megabytes of a definition's schemas take them seconds.
 */
export function readStruct(bytes: Uint8Array): WireMap {
  const reader = protobuf.Reader.create(bytes);
  return readMap(reader, reader.len);
}

/** Writes a `Struct`; undefined members are passed over. */
export function writeStruct(map: WireMap): Uint8Array {
  const writer = protobuf.Writer.create();
  writeMap(writer, map);
  return writer.finish();
}

function readMap(reader: protobuf.Reader, end: number): WireMap {
  const map: WireMap = {};
  while (reader.pos < end) {
    if (reader.uint32() !== tag.entry) throw new Error('not a google.protobuf.Struct');
    const entryEnd = reader.uint32() + reader.pos;
    let key = '';
    let value: WireValue = null;
    while (reader.pos < entryEnd) {
      const field = reader.uint32();
      if (field === tag.key) key = reader.string();
      else if (field === tag.value) value = readValue(reader, reader.uint32() + reader.pos);
      else reader.skipType(field & 7);
    }
    // An own member even when it is called __proto__.
    if (key === '__proto__') Object.defineProperty(map, key, { value, enumerable: true, writable: true });
    else map[key] = value;
  }
  return map;
}

function readValue(reader: protobuf.Reader, end: number): WireValue {
  let value: WireValue = null;
  while (reader.pos < end) {
    const field = reader.uint32();
    switch (field) {
      case tag.nothing:
        reader.int32();
        value = null;
        break;
      case tag.number:
        value = reader.double();
        break;
      case tag.text:
        value = reader.string();
        break;
      case tag.flag:
        value = reader.bool();
        break;
      case tag.map:
        value = readMap(reader, reader.uint32() + reader.pos);
        break;
      case tag.list:
        value = readList(reader, reader.uint32() + reader.pos);
        break;
      default:
        reader.skipType(field & 7);
    }
  }
  return value;
}

function readList(reader: protobuf.Reader, end: number): WireValue[] {
  const list: WireValue[] = [];
  while (reader.pos < end) {
    if (reader.uint32() !== tag.member) throw new Error('not a google.protobuf.ListValue');
    list.push(readValue(reader, reader.uint32() + reader.pos));
  }
  return list;
}

function writeMap(writer: protobuf.Writer, map: WireMap): void {
  for (const [key, value] of Object.entries(map)) {
    if (value === undefined) continue;
    writer.uint32(tag.entry).fork().uint32(tag.key).string(key).uint32(tag.value).fork();
    writeValue(writer, value);
    writer.ldelim().ldelim();
  }
}

function writeValue(writer: protobuf.Writer, value: WireValue): void {
  if (value === null) writer.uint32(tag.nothing).int32(0);
  else if (typeof value === 'number') writer.uint32(tag.number).double(value);
  else if (typeof value === 'string') writer.uint32(tag.text).string(value);
  else if (typeof value === 'boolean') writer.uint32(tag.flag).bool(value);
  else if (Array.isArray(value)) {
    writer.uint32(tag.list).fork();
    for (const member of value) {
      writer.uint32(tag.member).fork();
      writeValue(writer, member);
      writer.ldelim();
    }
    writer.ldelim();
  } else {
    writer.uint32(tag.map).fork();
    writeMap(writer, value);
    writer.ldelim();
  }
}
