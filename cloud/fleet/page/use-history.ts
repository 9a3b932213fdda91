import type { SiteDocument, SiteHistoryDocument } from "@penstock/protocol/fleet";
import { useEffect, useState } from "preact/hooks";

const samplesMax = 900;

/** The last quarter of an hour of one site: what the server kept, then what is heard while the page is open. */
export function useHistory(site: SiteDocument, atMs: number): SiteHistoryDocument | undefined {
  const [held, hold] = useState<SiteHistoryDocument>();
  const { siteId } = site;
  useEffect(() => {
    const asked = new AbortController();
    fetch(`/api/v1/sites/${encodeURIComponent(siteId)}/history`, { signal: asked.signal })
      .then((response) => (response.ok ? (response.json() as Promise<SiteHistoryDocument>) : undefined))
      .then((history) => history !== undefined && hold(history))
      .catch(() => undefined); // The chart then fills from the stream alone.
    return () => asked.abort();
  }, [siteId]);

  // One sample each time the server speaks.
  useEffect(() => hold((before) => withSample(before, site, atMs)), [atMs]);
  return held;
}

function withSample(before: SiteHistoryDocument | undefined, site: SiteDocument, atMs: number): SiteHistoryDocument {
  const held = before ?? emptyHistory(site.siteId);
  if (atMs <= (held.timeMs.at(-1) ?? 0)) return held;
  const { online } = site;
  const add = <T>(column: readonly T[], value: T) => [...column.slice(-samplesMax + 1), value];
  return {
    ...held,
    timeMs: add(held.timeMs, atMs),
    gridPowerW: add(held.gridPowerW, online ? site.gridPowerW : null),
    batteryPowerW: add(held.batteryPowerW, online ? site.batteryPowerW : null),
    targetPowerW: add(held.targetPowerW, online ? site.targetPowerW : null),
    soc: add(held.soc, online ? site.soc : null),
  };
}

const emptyHistory = (siteId: string): SiteHistoryDocument => ({
  version: 1,
  siteId,
  timeMs: [],
  gridPowerW: [],
  batteryPowerW: [],
  targetPowerW: [],
  soc: [],
});
