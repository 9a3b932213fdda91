import { FLEET_VERSION } from "@penstock/protocol/fleet";
import type { FleetModel } from "./fleet-model.ts";

/** What `GET /api/v1/…` answers: one JSON object with a `version`; undefined for a path there is not. */
export function apiAnswer(model: FleetModel, path: string): object | undefined {
  const { atMs, summary, sites, markets, alarms } = model.snapshot();
  const head = { version: FLEET_VERSION, atMs };
  switch (path) {
    case "summary":
      return summary;
    case "sites":
      return { ...head, sites };
    case "market":
      return { ...head, markets: markets.map(({ bids: _bids, ...market }) => market) };
    case "bids":
      return { ...head, bids: markets.flatMap(({ bids }) => bids) };
    case "alarms":
      return { ...head, alarms };
  }
  const [, siteId, leaf] = /^sites\/([^/]+)(?:\/(history))?$/.exec(path) ?? [];
  if (siteId === undefined) return undefined;
  return leaf === "history" ? model.history(siteId) : sites.find((site) => site.siteId === siteId);
}
