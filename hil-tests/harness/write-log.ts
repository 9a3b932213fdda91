/** What all units together had been told on the wire, right after one of them was told something. */
export interface CommandedPower {
  /** Wall clock of this machine. */
  readonly atMs: number;
  /** Positive out. */
  readonly powerW: number;
}

/** The set-point block of model 704 as the vendor's document places it: enable, mode, then watts in two words. */
const SETPOINT_ADDRESS = 40_318;
const WRITES_MAX = 20_000;

/** Set-points as they arrive at the units, read off the wire; the oldest go first. */
export class WriteLog {
  readonly #commandedW = new Map<string, number>();
  #writes: CommandedPower[] = [];

  add(device: string, address: number, values: Uint16Array): void {
    const [, , high, low] = values;
    if (address !== SETPOINT_ADDRESS || high === undefined || low === undefined) return;
    this.#commandedW.set(device, (high << 16) | low);
    const powerW = [...this.#commandedW.values()].reduce((sum, each) => sum + each, 0);
    this.#writes.push({ atMs: performance.timeOrigin + performance.now(), powerW });
    if (this.#writes.length > WRITES_MAX) this.#writes = this.#writes.slice(-WRITES_MAX / 2);
  }

  /** What came since it was last asked. */
  take(): readonly CommandedPower[] {
    const taken = this.#writes;
    this.#writes = [];
    return taken;
  }
}
