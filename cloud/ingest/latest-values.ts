import type { UtcMs } from "@penstock/protocol/units";
import type { LatestValue } from "../store/index.ts";
import type { CurrentValue } from "./split-records.ts";

/** What each metric of each site was last. */
export class LatestValues {
  readonly #sites = new Map<string, Map<string, LatestValue>>();

  /** From the store, after a restart. */
  load(values: readonly LatestValue[]): void {
    for (const value of values) this.#put(value);
  }

  get(siteId: string, name: string, device?: string): LatestValue | undefined {
    return this.#sites.get(siteId)?.get(keyOf(device, name));
  }

  of(siteId: string): readonly LatestValue[] {
    return [...(this.#sites.get(siteId)?.values() ?? [])];
  }

  /**
   * Takes a message's values and returns those that count as the latest. A live value always does, even when a
   * site's wall clock was set back; one from the past only where nothing newer is held.
   */
  take(siteId: string, device: string | undefined, values: readonly CurrentValue[], knownAtMs: UtcMs): LatestValue[] {
    const latest = new Map<string, LatestValue>();
    for (const { name, value, aboutMs, isHistorical } of values) {
      const held = this.get(siteId, name, device);
      if (isHistorical && held !== undefined && held.aboutMs >= aboutMs) continue;
      const newer = { siteId, ...(device !== undefined && { device }), name, value, aboutMs, knownAtMs };
      this.#put(newer);
      latest.set(name, newer);
    }
    return [...latest.values()];
  }

  #put(value: LatestValue): void {
    const held = this.#sites.get(value.siteId) ?? new Map<string, LatestValue>();
    this.#sites.set(value.siteId, held);
    held.set(keyOf(value.device, value.name), value);
  }
}

const keyOf = (device: string | undefined, name: string): string => `${device ?? ""}\n${name}`;
