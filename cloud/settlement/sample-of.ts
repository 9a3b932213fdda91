import type { Wh } from "@penstock/protocol/units";
import type { SettlementSource } from "../config/cloud-config.ts";
import type { CounterReading } from "../store/index.ts";
import type { CounterSample } from "./counter-book.ts";

/** The two counters a site is paid by; undefined when the reading does not hold both. */
export function sampleOf(source: SettlementSource, reading: CounterReading): CounterSample | undefined {
  const [outWh, inWh] =
    source === "grid" ? [reading.exportedWh, reading.importedWh] : [reading.dischargedWh, reading.chargedWh];
  return outWh === null || inWh === null ? undefined : { atMs: reading.atMs, outWh: outWh as Wh, inWh: inWh as Wh };
}
