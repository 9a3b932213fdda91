/** Weight of the latest day. Half of what is usual is made of the last five or six days. */
const NEWEST = 0.12;

/** What is usual at each time of day: a mean of the days so far that forgets old ones. */
export class RunningProfile {
  readonly #perDay: number;
  readonly #usual: Float64Array;
  readonly #days: Uint16Array;
  /** Running sums over two days, made anew when a slot has changed since; used ahead of the latest only. */
  readonly #sums: Float64Array;
  #freshFor = -1;
  #taken = 0;

  constructor(perDay: number) {
    this.#perDay = perDay;
    this.#usual = new Float64Array(perDay);
    this.#days = new Uint16Array(perDay);
    this.#sums = new Float64Array(2 * perDay + 1);
  }

  take(slot: number, value: number): void {
    const days = Math.min(0xffff, (this.#days[slot] as number) + 1);
    this.#days[slot] = days;
    const usual = this.#usual[slot] as number;
    this.#usual[slot] = usual + Math.max(NEWEST, 1 / days) * (value - usual);
    this.#taken++;
  }

  at(slot: number): number {
    return this.#usual[slot] as number;
  }

  /** Mean of the usual from `from` to `to` intervals after the start of a slot, within a day. */
  meanAhead(slot: number, from: number, to: number): number {
    // Slots ahead change once a day; an hour-old sum differs only behind us.
    const hour = Math.floor(this.#taken / Math.max(1, this.#perDay / 24));
    if (this.#freshFor !== hour) {
      for (let at = 0; at < 2 * this.#perDay; at++)
        this.#sums[at + 1] = (this.#sums[at] as number) + (this.#usual[at % this.#perDay] as number);
      this.#freshFor = hour;
    }
    return ((this.#sums[slot + to] as number) - (this.#sums[slot + from] as number)) / (to - from);
  }
}
