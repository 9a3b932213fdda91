import type { RegisterHandler } from "../../transports/in-memory.ts";

const BASE = 50_000;
const REGISTERS = 210;

/**
 * A legacy battery inverter typed by hand from the SunSpec tables, found at 50000: 103, 120, 123, 124, and no end
 * marker, as some makers leave it out. 100 kW out, 80 kW in, 200 kWh; percentages in hundredths. It follows 124.
 */
export class HandMadeLegacyUnit implements RegisterHandler {
  readonly registers = new Uint16Array(REGISTERS);
  readonly writes: { readonly address: number; readonly values: readonly number[] }[] = [];
  nowS: () => number = () => 0;
  #revertsAtS = Number.POSITIVE_INFINITY;

  constructor() {
    this.put(50000, 0x5375, 0x6e53, 1, 66);
    this.put(50004, 0x4f6c, 0x6465, 0x7200); // "Older"
    this.put(50070, 103, 50);
    this.registers.fill(0xffff, 72, 122);
    this.put(50070 + 14, 0, 1); // W, ×10
    this.put(50070 + 16, 4_999, 0xfffe); // 49.99 Hz
    this.put(50070 + 20, 12, 1); // 120 var
    this.put(50070 + 24, 0x0001, 0x0000, 0); // 65,536 Wh
    this.put(50070 + 33, 312, 0x8000, 0x8000, 0x8000, 0xffff); // 31.2 °C
    this.put(50070 + 38, 4); // MPPT: running
    this.put(50122, 120, 26);
    this.registers.fill(0xffff, 124, 150);
    this.put(50122 + 3, 100, 3); // WRtg 100 kW
    this.put(50122 + 19, 200, 3); // WHRtg 200 kWh
    this.put(50122 + 23, 80, 3, 100, 3); // MaxChaRte 80 kW, MaxDisChaRte 100 kW
    this.put(50150, 123, 24);
    this.registers.fill(0, 152, 176);
    this.put(50150 + 4, 1); // connected
    this.put(50150 + 23, 0, 0xfffd, 0xffff); // VArPct_SF -1
    this.put(50176, 124, 24);
    this.registers.fill(0, 178, 202);
    this.put(50176 + 2, 8_000); // WChaMax 80 kW
    this.put(50176 + 8, 615); // 61.5 %
    this.put(50176 + 11, 6); // HOLDING
    this.put(50176 + 18, 1, 0, 0, 0xffff, 0xffff, 0, 0, 0xfffe);
  }

  put(address: number, ...words: readonly number[]): void {
    this.registers.set(words, address - BASE);
  }

  at(address: number): number {
    return this.registers[address - BASE] ?? 0;
  }

  readHolding(address: number, count: number): Uint16Array | number | undefined {
    this.#live();
    if (address < BASE || address + count > BASE + 202) return 2;
    return this.registers.slice(address - BASE, address - BASE + count);
  }

  writeHolding(address: number, values: Uint16Array): number {
    this.writes.push({ address, values: Array.from(values) });
    this.registers.set(values, address - BASE);
    if (address === 50176 + 12) this.#revertsAtS = this.nowS() + this.at(50176 + 15);
    this.#live();
    return 0;
  }

  #live(): void {
    if (this.nowS() >= this.#revertsAtS) {
      this.#revertsAtS = Number.POSITIVE_INFINITY;
      this.put(50176 + 5, 0);
    }
    const percent = (this.at(50176 + 12) << 16) >> 16;
    const baseW = percent >= 0 ? 100_000 : 80_000;
    const powerW = this.at(50176 + 5) === 3 ? (percent / 10_000) * baseW : 0;
    this.put(50070 + 14, Math.trunc(powerW / 10));
  }
}
