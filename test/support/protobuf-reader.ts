/** Reads protobuf messages without knowing their schema, for tests of what Attune writes. */
export type ProtobufField = { field: number; value: number | Buffer };

export function readProtobuf(bytes: Buffer): ProtobufField[] {
  const fields: ProtobufField[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const key = varint();
    const field = key >>> 3;
    switch (key & 7) {
      case 0:
        fields.push({ field, value: varint() });
        break;
      case 1:
        fields.push({ field, value: take(8).readDoubleLE() });
        break;
      case 2:
        fields.push({ field, value: take(varint()) });
        break;
      case 5:
        fields.push({ field, value: take(4).readFloatLE() });
        break;
      default:
        throw new Error(`wire type ${key & 7}`);
    }
  }
  return fields;
}

/** All values of one field. */
export function valuesOf<T extends number | Buffer>(bytes: Buffer, wanted: number): T[] {
  return readProtobuf(bytes).flatMap(({ field, value }) => (field === wanted ? [value as T] : []));
}

export function textOf(bytes: Buffer, field: number): string | undefined {
  return valuesOf<Buffer>(bytes, field)[0]?.toString();
}
