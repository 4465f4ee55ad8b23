/** Writes protobuf messages field by field (https://protobuf.dev/programming-guides/encoding). Fields keep the order in which they are written. */
export class ProtobufWriter {
  #parts: Uint8Array[] = [];
  #length = 0;

  varint(field: number, value: number): this {
    return this.#push(varintBytes(field * 8)).#push(varintBytes(value));
  }

  float(field: number, value: number): this {
    return this.#push(varintBytes(field * 8 + 5)).#push(new Uint8Array(Float32Array.of(value).buffer));
  }

  double(field: number, value: number): this {
    return this.#push(varintBytes(field * 8 + 1)).#push(new Uint8Array(Float64Array.of(value).buffer));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#push(varintBytes(field * 8 + 2))
      .#push(varintBytes(value.byteLength))
      .#push(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  packedVarints(field: number, values: readonly number[]): this {
    return this.bytes(field, Buffer.concat(values.map(varintBytes)));
  }

  message(field: number, value: ProtobufWriter): this {
    this.#push(varintBytes(field * 8 + 2)).#push(varintBytes(value.#length));
    for (const part of value.#parts) this.#push(part);
    return this;
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts, this.#length);
  }

  #push(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.byteLength;
    return this;
  }
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
