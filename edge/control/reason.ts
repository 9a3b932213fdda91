import { type W, W as watts } from "@penstock/protocol/units";
import type { PowerInterval, SiteImage } from "./image.ts";
import type { LimitContext, SiteLimit, UnitLimit } from "./limits/limit.ts";
import type { Because, Explanation } from "./step-types.ts";

/**
 * A limit that moved the target. Its sentence is written when somebody reads it: most cycles nobody does, and a cycle
 * has microseconds. It does not survive a thread's border: see {@link spelledOut}.
 */
export class Reason implements Because {
  readonly limit: string;
  readonly interval: PowerInterval;
  readonly movedW: W;
  readonly #by: UnitLimit | SiteLimit;
  readonly #image: SiteImage;
  readonly #context: LimitContext;

  constructor(
    by: UnitLimit | SiteLimit,
    interval: PowerInterval,
    movedW: number,
    image: SiteImage,
    context: LimitContext,
  ) {
    this.limit = by.name;
    this.interval = interval;
    this.movedW = watts(movedW);
    this.#by = by;
    this.#image = image;
    this.#context = context;
  }

  get text(): string {
    return this.#by.text(this.#image, this.#context);
  }
}

type HeldBack = Explanation["units"][number];

/** A unit that stands at a bound which a limit drew; its clause is written when read. */
export class BoundUnit implements HeldBack {
  readonly unitId: string;
  readonly powerW: W;
  readonly #by: UnitLimit;
  readonly #image: SiteImage;
  readonly #place: number;
  readonly #context: LimitContext;

  constructor(by: UnitLimit, powerW: W, place: number, image: SiteImage, context: LimitContext) {
    this.unitId = image.units[place]?.id ?? "";
    this.powerW = powerW;
    this.#by = by;
    this.#image = image;
    this.#place = place;
    this.#context = context;
  }

  get because(): string {
    const unit = this.#image.units[this.#place];
    return unit === undefined ? "" : `${this.#by.name}: ${this.#by.unitText(unit, this.#context)}`;
  }
}

/** With every sentence written, as plain data: what may be kept, sent and put into JSON. */
export const spelledOut = (explanation: Explanation): Explanation => ({
  ...explanation,
  because: explanation.because.map(({ limit, interval, movedW, text }) => ({ limit, interval, movedW, text })),
  units: explanation.units.map(({ unitId, powerW, because }) => ({ unitId, powerW, because })),
});
