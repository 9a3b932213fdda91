import { createHash, type Hash } from "node:crypto";

/**
 * Everything that happened, folded into one hash: the same seed must give the same digest on any machine.
 * Bytes are gathered first, since hashing a few at a time would cost more than the world it watches.
 */
export class Trace {
  readonly #hash: Hash = createHash("sha256");
  readonly #buffer = Buffer.allocUnsafe(1 << 16);
  #used = 0;
  events = 0;

  /** One thing that happened: a mark of what it was, and its numbers. */
  note(mark: number, ...values: readonly number[]): void {
    this.#room(1 + 8 * values.length);
    this.#buffer[this.#used++] = mark;
    for (const value of values) {
      this.#buffer.writeDoubleLE(value, this.#used);
      this.#used += 8;
    }
    this.events++;
  }

  /** `label` is plain ASCII. */
  bytes(mark: number, label: string, bytes: Uint8Array): void {
    const length = 2 + label.length + bytes.length;
    this.#room(length);
    this.events++;
    if (length > this.#buffer.length) {
      this.#hash.update(String.fromCharCode(mark)).update(label).update("\0").update(bytes);
      return;
    }
    this.#buffer[this.#used++] = mark;
    this.#used += this.#buffer.write(label, this.#used, "latin1");
    this.#buffer[this.#used++] = 0;
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  registers(mark: number, device: number, address: number, values: Uint16Array): void {
    this.#room(7 + 2 * values.length);
    this.#buffer[this.#used] = mark;
    this.#buffer.writeUInt16LE(device, this.#used + 1);
    this.#buffer.writeUInt16LE(address, this.#used + 3);
    this.#buffer.writeUInt16LE(values.length, this.#used + 5);
    this.#used += 7;
    for (const value of values) {
      this.#buffer.writeUInt16LE(value, this.#used);
      this.#used += 2;
    }
    this.events++;
  }

  digest(): string {
    this.#flush();
    return this.#hash.copy().digest("hex");
  }

  #room(bytes: number): void {
    if (this.#used + bytes > this.#buffer.length) this.#flush();
  }

  #flush(): void {
    if (this.#used === 0) return;
    this.#hash.update(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }
}
