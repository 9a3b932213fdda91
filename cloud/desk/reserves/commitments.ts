import type { Clock, Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { ReserveAward } from "../../markets/reserve-market.ts";
import type { BidRecord } from "../bid-record.ts";
import { instantText } from "../bid-record.ts";
import type { Journal } from "../journal.ts";
import type { SiteKept } from "./narrow-by-commitments.ts";

/** What one site has been sold for, as a part of its unit's award. */
export interface Commitment extends ReserveAward {
  /** How much of it each site keeps; they add up to `enabledW`. */
  readonly sites: readonly SiteKept[];
}

/** What was sold ahead for blocks of hours, until they are over: energy is bid around it, and it is settled with energy. */
export class Commitments {
  readonly #ports: { readonly journal: Journal; readonly clock: Clock };
  /** By block start. */
  readonly #blocks = new Map<UtcMs, readonly Commitment[]>();

  constructor(ports: { readonly journal: Journal; readonly clock: Clock }) {
    this.#ports = ports;
  }

  restore(span: Interval): void {
    for (const { intervalStartMs, body } of this.#ports.journal.entries("commitment", span)) {
      this.#blocks.set(intervalStartMs, (body as { readonly commitments: readonly Commitment[] }).commitments);
    }
  }

  /** Whether a block's results are known, if only that nothing was sold. */
  isKnown(block: Interval): boolean {
    return this.#blocks.has(block.startMs);
  }

  /** Written down before anything rests on it. */
  take(block: Interval, awards: readonly ReserveAward[], standing: (unitId: string) => BidRecord | undefined): void {
    const commitments = awards.map((award) => dealOver(award, standing(award.unitId)));
    this.#ports.journal.append({
      kind: "commitment",
      id: `commitment.${instantText(block.startMs)}`,
      knownAtMs: this.#ports.clock.nowMs(),
      intervalStartMs: block.startMs,
      body: { block, commitments },
    });
    this.#blocks.set(block.startMs, commitments);
  }

  /** Of a unit: in force during an interval, or from its end on. What follows at once must be in store by then. */
  touching(unitId: string, { startMs, endMs }: Interval): readonly Commitment[] {
    return [...this.#blocks.values()]
      .flat()
      .filter(({ unitId: of, interval }) => of === unitId && interval.startMs <= endMs && interval.endMs > startMs);
  }

  /** What all units keep ready during an interval, as awards of it. */
  during(interval: Interval): readonly ReserveAward[] {
    return [...this.#blocks.values()]
      .flat()
      .filter(({ interval: block }) => block.startMs <= interval.startMs && block.endMs >= interval.endMs)
      .map(({ sites: _, ...award }) => ({ ...award, interval }));
  }

  forgetBefore(startMs: UtcMs): void {
    for (const start of this.#blocks.keys()) if (start < startMs) this.#blocks.delete(start);
  }
}

/** An award over the sites its bid stood on, by what each of them can keep. */
export function dealOver(award: ReserveAward, bid: BidRecord | undefined): Commitment {
  const sites = bid?.reserveBasis?.sites ?? [];
  const keeps = sites.map(({ keepsW }): number => keepsW?.[award.product] ?? 0);
  const allW = keeps.reduce((sum, keptW) => sum + keptW, 0);
  return {
    ...award,
    sites: sites.map(({ siteId }, at) => ({
      siteId,
      powerW: allW > 0 ? (award.enabledW * (keeps[at] ?? 0)) / allW : 0,
    })),
  };
}
