/** Reads Solana's wire format from the front to the back. Every method throws RangeError where the bytes end too early. */
export class WireReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  peek(): number {
    return this.#bytes[this.#offset] ?? fail();
  }

  byte(): number {
    const value = this.peek();
    this.#offset += 1;
    return value;
  }

  bytes(count: number): Uint8Array {
    const end = this.#offset + count;
    if (end > this.#bytes.length) fail();
    const part = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return part;
  }

  /** A length of one to three bytes, seven bits each, in its shortest form. @throws RangeError for a longer form, too. */
  compactLength(): number {
    let value = 0;
    for (let place = 0; place < 3; place++) {
      const byte = this.byte();
      value |= (byte & 0x7f) << (7 * place);
      if ((byte & 0x80) !== 0) continue;
      if ((byte === 0 && place > 0) || value > 0xffff) break;
      return value;
    }
    throw new RangeError('a length is not in its shortest form');
  }

  /** A compact length and so many items. */
  list<T>(readItem: () => T): T[] {
    const items: T[] = [];
    for (let left = this.compactLength(); left > 0; left--) items.push(readItem());
    return items;
  }
}

function fail(): never {
  throw new RangeError('io error: failed to fill whole buffer');
}
