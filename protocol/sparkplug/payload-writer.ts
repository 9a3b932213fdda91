/**
 * Writes protobuf's wire format straight into bytes that are used again for the next payload. A telemetry message is a
 * hundred tiny fields: a library that makes an object of each before it knows their lengths takes three times as long.
 */
export class PayloadWriter {
  #bytes = new Uint8Array(BYTES_AT_FIRST);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  /** Where the messages that are open begin. */
  readonly #open: number[] = [];

  /** Begins anew, also after a payload that was given up half way. */
  begin(): this {
    this.#at = 0;
    this.#open.length = 0;
    return this;
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  /** A message inside, after its tag; {@link ldelim} ends it. */
  fork(): this {
    this.#room(1);
    this.#open.push(++this.#at);
    return this;
  }

  /** Puts the length before what was written since {@link fork}. One byte was left for it; a long one moves the rest up. */
  ldelim(): this {
    const start = this.#open.pop() ?? 0;
    const length = this.#at - start;
    let more = 0;
    for (let left = length >>> 7; left > 0; left >>>= 7) more++;
    if (more > 0) {
      this.#room(more);
      this.#bytes.copyWithin(start + more, start, this.#at);
    }
    const end = this.#at + more;
    this.#at = start - 1;
    this.uint32(length);
    this.#at = end;
    return this;
  }

  uint32(value: number): this {
    this.#room(VARINT_MAX);
    let left = value >>> 0;
    while (left > 127) {
      this.#bytes[this.#at++] = (left & 127) | 128;
      left >>>= 7;
    }
    this.#bytes[this.#at++] = left;
    return this;
  }

  /** Two's complement for what is negative, as protobuf's uint64 carries a signed integer. */
  uint64(value: number | bigint): this {
    if (typeof value === "number") return this.#words(value >>> 0, Math.floor(value / 0x1_0000_0000) >>> 0);
    const bits = BigInt.asUintN(64, value);
    return this.#words(Number(bits & 0xffff_ffffn), Number(bits >> 32n));
  }

  bool(value: boolean): this {
    return this.uint32(value ? 1 : 0);
  }

  float(value: number): this {
    this.#room(4);
    this.#view.setFloat32(this.#at, value, true);
    this.#at += 4;
    return this;
  }

  double(value: number): this {
    this.#room(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.uint32(value.length);
    this.#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  string(value: string): this {
    this.fork();
    this.#room(UTF8_MAX * value.length);
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code > 127) {
        const rest = encoder.encodeInto(value.slice(index), this.#bytes.subarray(this.#at));
        this.#at += rest.written;
        break;
      }
      this.#bytes[this.#at++] = code;
    }
    return this.ldelim();
  }

  #words(low: number, high: number): this {
    this.#room(VARINT_MAX);
    let lower = low;
    let upper = high;
    while (upper > 0) {
      this.#bytes[this.#at++] = (lower & 127) | 128;
      lower = ((lower >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
    }
    return this.uint32(lower);
  }

  #room(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#at + count));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

const BYTES_AT_FIRST = 4_096;
/** Bytes of the longest varint, and of the longest UTF-8 for one unit of a string. */
const VARINT_MAX = 10;
const UTF8_MAX = 3;
const encoder = new TextEncoder();
