import type { RegisterHandler } from "../../transports/in-memory.ts";

const BASE = 40_000;
const REGISTERS = 492;

/**
 * A battery unit typed by hand, register by register, from the SunSpec tables: the drivers are tested against
 * this and not against an encoder of ours, which would share their mistakes. 1.9 MW, 3.9 MWh, 100 W steps in
 * 701, 1 W in 704. It follows its set-point at once. Addresses of the ID registers are on the left.
 */
export class HandMadeUnit implements RegisterHandler {
  readonly registers = new Uint16Array(REGISTERS);
  /** Every write it took, as it came. */
  readonly writes: { readonly address: number; readonly values: readonly number[] }[] = [];
  reads = 0;
  isSilent = false;
  isForgetful = false;
  readException = 0;
  writeException = 0;
  /** Time in seconds for its heartbeat and revert timer; a test moves it. */
  nowS: () => number = () => 0;
  isHeartStopped = false;
  /** The first address that is not there. */
  endsAt = BASE + REGISTERS;
  #revertsAtS = Number.POSITIVE_INFINITY;

  constructor() {
    this.put(40000, 0x5375, 0x6e53);
    this.put(40002, 1, 66);
    this.text(40004, "Test Works");
    this.text(40020, "HM-1900");
    this.text(40044, "1.0");
    this.text(40052, "SN-0001");
    this.put(40070, 701, 153);
    this.fill(40072, 153, 0xffff);
    this.put(40070 + 3, 1, 3, 1); // St on, InvSt RUNNING, ConnSt connected
    this.put(40070 + 10, 0, 0x8000, 0); // W, VA, Var
    this.put(40070 + 19, 0, 0, 0, 0x03e8, 0, 0, 0, 0x07d0); // 1,000 and 2,000 units of energy
    this.put(40070 + 36, 254); // TmpCab 25.4 °C
    this.put(40070 + 113, 0x8000, 0xffff, 0xfffd, 2, 0xfffd, 2, 2, 1, 1, 0xffff); // A V Hz W PF VA Var TotWh TotVarh Tmp
    this.put(40225, 702, 50);
    this.fill(40227, 50, 0xffff);
    this.put(40225 + 34, 19000, 18000); // WChaRteMax, WDisChaRteMax
    this.put(40225 + 45, 2, 0xfffd, 2, 2, 0xffff, 0, 0);
    this.put(40277, 703, 17);
    this.fill(40279, 17, 0xffff);
    this.put(40296, 704, 65);
    this.fill(40298, 65, 0);
    this.put(40296 + 53, 0xfffd, 0xffff, 0, 0xffff, 0, 0xffff); // PF WMaxLimPct WSet WSetPct VarSet VarSetPct
    this.put(40363, 713, 7, 3900, 2145, 5500, 9900, 0, 3, 0xfffe); // 3.9 MWh, 55.00 %
    this.put(40372, 714, 43);
    this.fill(40374, 43, 0xffff);
    this.put(40372 + 19, 0xffff); // Tmp_SF -1
    this.put(40372 + 41, 0xfff1); // the port: -1.5 °C
    this.put(40417, 715, 7, 0, 0, 0, 0, 0, 0, 1);
    this.put(40426, 802, 62);
    this.fill(40428, 62, 0xffff);
    this.put(40426 + 4, 1900, 1900); // nameplate, ×1000 W
    this.put(40426 + 17, 0, 0, 0); // LocRemCtl remote
    this.put(40426 + 22, 3); // CONNECTED
    this.put(40426 + 34, 12000); // 1200.0 V
    this.put(40426 + 45, 1500, 1250); // AChaMax, ADisChaMax in A
    this.put(40426 + 52, 0, 3, 3, 0x8000, 0xffff, 0xffff, 0xffff, 0xffff, 0xfffd, 0, 0, 0x8000);
    this.put(40490, 0xffff, 0);
  }

  put(address: number, ...words: readonly number[]): void {
    this.registers.set(words, address - BASE);
  }

  at(address: number): number {
    return this.registers[address - BASE] ?? 0;
  }

  /** The last power it was told, W; it reports the same in 701. */
  get setpointW(): number {
    return (this.at(40296 + 24) << 16) | this.at(40296 + 25);
  }

  readHolding(address: number, count: number): Uint16Array | number | undefined {
    this.reads++;
    this.#live();
    if (this.isSilent) return undefined;
    if (this.readException !== 0) return this.readException;
    if (address < BASE || address + count > this.endsAt) return 2;
    return this.registers.slice(address - BASE, address - BASE + count);
  }

  writeHolding(address: number, values: Uint16Array): number | undefined {
    if (this.isSilent) return undefined;
    if (this.writeException !== 0) return this.writeException;
    this.writes.push({ address, values: Array.from(values) });
    if (this.isForgetful) return 0;
    this.registers.set(values, address - BASE);
    if (address === 40296 + 22) this.#revertsAtS = this.nowS() + this.at(40296 + 32);
    this.#live();
    return 0;
  }

  /** Its firmware starts again with nothing set. */
  restart(): void {
    this.#revertsAtS = Number.POSITIVE_INFINITY;
    this.fill(40298, 51, 0);
  }

  private fill(address: number, count: number, word: number): void {
    this.registers.fill(word, address - BASE, address - BASE + count);
  }

  private text(address: number, text: string): void {
    const bytes = new TextEncoder().encode(text);
    bytes.forEach((byte, index) => {
      const word = address - BASE + (index >> 1);
      this.registers[word] = (this.registers[word] ?? 0) | (index % 2 === 0 ? byte << 8 : byte);
    });
  }

  #live(): void {
    const nowS = this.nowS();
    if (nowS >= this.#revertsAtS) {
      this.#revertsAtS = Number.POSITIVE_INFINITY;
      this.put(40296 + 24, this.at(40296 + 26), this.at(40296 + 27));
    }
    const remainingS = Number.isFinite(this.#revertsAtS) ? Math.ceil(this.#revertsAtS - nowS) : 0;
    this.put(40296 + 33, 0, remainingS);
    if (!this.isHeartStopped) this.put(40417 + 3, 0, Math.floor(nowS) & 0xffff);
    this.put(40070 + 10, this.at(40296 + 22) === 1 ? Math.trunc(this.setpointW / 100) : 0);
  }
}

/** A three-phase meter with float registers (SunSpec 213); its values are put by bit pattern. */
export class HandMadeMeter implements RegisterHandler {
  readonly registers = new Uint16Array(198);
  isSilent = false;

  constructor() {
    this.put(40000, 0x5375, 0x6e53, 1, 66);
    this.put(40070, 213, 124);
    this.registers.fill(0, 72, 196);
    for (let at = 40072; at < 40196; at += 2) this.put(at, 0x7fc0, 0);
    this.put(40070 + 10, 0x4370, 0); // 240 V
    this.put(40070 + 26, 0x4248, 0); // 50 Hz
    this.put(40070 + 28, 0x4974, 0x2400); // 1,000,000 W
    this.put(40070 + 44, 0xc2c8, 0); // -100 var
    this.put(40070 + 60, 0x447a, 0); // 1,000 Wh exported
    this.put(40070 + 68, 0x44fa, 0); // 2,000 Wh imported
    this.put(40196, 0xffff, 0);
  }

  put(address: number, ...words: readonly number[]): void {
    this.registers.set(words, address - BASE);
  }

  /** Power in W, as the nearest float32. */
  setPowerW(powerW: number): void {
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, powerW);
    this.put(40070 + 28, view.getUint16(0), view.getUint16(2));
  }

  readHolding(address: number, count: number): Uint16Array | number | undefined {
    if (this.isSilent) return undefined;
    if (address < BASE || address + count > BASE + this.registers.length) return 2;
    return this.registers.slice(address - BASE, address - BASE + count);
  }

  writeHolding(): number {
    return 2;
  }
}
