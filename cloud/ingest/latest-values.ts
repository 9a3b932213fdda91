import type { UtcMs } from "@penstock/protocol/units";
import type { LatestValue } from "../store/index.ts";
import type { CurrentValue } from "./split-records.ts";

/** What each metric of each site was last. */
export class LatestValues {
  /** By site, then by device (the site itself under the empty name), then by metric. */
  readonly #sites = new Map<string, Map<string, Map<string, LatestValue>>>();

  /** From the store, after a restart. */
  load(values: readonly LatestValue[]): void {
    for (const value of values) this.#deviceOf(value.siteId, value.device).set(value.name, value);
  }

  get(siteId: string, name: string, device?: string): LatestValue | undefined {
    return this.#sites
      .get(siteId)
      ?.get(device ?? "")
      ?.get(name);
  }

  of(siteId: string): readonly LatestValue[] {
    return [...(this.#sites.get(siteId)?.values() ?? [])].flatMap((values) => [...values.values()]);
  }

  /**
   * Takes a message's values and returns those that count as the latest. A live value always does, even when a
   * site's wall clock was set back; one from the past only where nothing newer is held.
   */
  take(siteId: string, device: string | undefined, values: readonly CurrentValue[], knownAtMs: UtcMs): LatestValue[] {
    const held = this.#deviceOf(siteId, device);
    const latest = new Map<string, LatestValue>();
    for (const { name, value, aboutMs, isHistorical } of values) {
      const before = isHistorical ? held.get(name) : undefined;
      if (before !== undefined && before.aboutMs >= aboutMs) continue;
      const newer =
        device === undefined
          ? { siteId, name, value, aboutMs, knownAtMs }
          : { siteId, device, name, value, aboutMs, knownAtMs };
      held.set(name, newer);
      latest.set(name, newer);
    }
    return [...latest.values()];
  }

  #deviceOf(siteId: string, device = ""): Map<string, LatestValue> {
    let site = this.#sites.get(siteId);
    if (site === undefined) {
      site = new Map();
      this.#sites.set(siteId, site);
    }
    let values = site.get(device);
    if (values === undefined) {
      values = new Map();
      site.set(device, values);
    }
    return values;
  }
}
