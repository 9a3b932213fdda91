import type { RegisterHandler } from "../../transports/in-memory.ts";

/**
 * A park's site controller typed by hand from what public code has seen of such devices: 7.6 MW, 15.6 MWh. It takes
 * a set-point only with a heartbeat that differs from the last, and forgets it when its timer runs out.
 */
export class HandMadeSiteController implements RegisterHandler {
  readonly registers = new Uint16Array(1_600);
  readonly writes: { readonly address: number; readonly values: readonly number[] }[] = [];
  isSilent = false;
  nowS: () => number = () => 0;
  #expiresAtS = Number.POSITIVE_INFINITY;

  constructor() {
    this.text(102, "2.4.1");
    this.text(118, "SC-77");
    this.int32(139, 7_600_000);
    this.int32(141, 7_600_000);
    this.int32(145, 15_600_000);
    this.int32(205, 15_600_000);
    this.int32(207, 7_800_000);
  }

  int32(address: number, value: number): void {
    this.registers.set([(value >> 16) & 0xffff, value & 0xffff], address);
  }

  at32(address: number): number {
    return ((this.registers[address] ?? 0) << 16) | (this.registers[address + 1] ?? 0);
  }

  text(address: number, text: string): void {
    for (let i = 0; i < text.length; i += 2) {
      this.registers[address + i / 2] = (text.charCodeAt(i) << 8) | (text.charCodeAt(i + 1) || 0);
    }
  }

  readHolding(address: number, count: number): Uint16Array | number | undefined {
    this.#live();
    if (this.isSilent) return undefined;
    return address + count > this.registers.length ? 2 : this.registers.slice(address, address + count);
  }

  writeHolding(address: number, values: Uint16Array): number | undefined {
    if (this.isSilent) return undefined;
    const isCommand = address <= 1022 && address + values.length > 1022;
    if (isCommand && values[1022 - address] === this.registers[1022]) return 3; // a heartbeat that did not change
    this.writes.push({ address, values: Array.from(values) });
    this.registers.set(values, address);
    if (isCommand) this.#expiresAtS = this.nowS() + (this.registers[1023] ?? 0);
    this.#live();
    return 0;
  }

  #live(): void {
    if (this.nowS() >= this.#expiresAtS) {
      this.#expiresAtS = Number.POSITIVE_INFINITY;
      this.int32(1020, 0);
    }
    this.int32(201, this.registers[1000] === 1 ? this.at32(1020) : 0);
  }
}
