import type { SyncStatus } from "../../sync/sync.ts";
import type { Command } from "../command.ts";
import type { Look } from "../look.ts";
import { showReport } from "../show-report.ts";
import { seconds } from "../words.ts";

export const command: Command = {
  usage: "",
  help: "To which broker and as whom, since when, and what of each stream the host has\ncommitted. What it has not committed stays on disk and is sent again.",
  examples: [["sitectl link"], ["sitectl link --json | jq .link.state"]],
  run: (context) => showReport<LinkReport>(context, { op: "link" }, linkLines),
};

interface LinkReport {
  readonly site: string;
  readonly cloud: {
    readonly brokerUrl: string;
    readonly username: string;
    readonly groupId: string;
    readonly nodeId: string;
    readonly primaryHostId: string | null;
    readonly leaseKeyIds: readonly string[];
  } | null;
  readonly link: SyncStatus | null;
  readonly onlineForMs: number | null;
}

function linkLines({ site, cloud, link, onlineForMs }: LinkReport, { paint, table }: Look): string[] {
  if (cloud === null) return [`${site}: no cloud is configured; the site runs by its own profile`];
  const state = link?.state ?? "not started: the store has not answered yet";
  const lost = link?.lastLostReason === undefined ? [] : [`last lost  ${link.lastLostReason}`];
  return [
    `broker     ${cloud.brokerUrl} as ${cloud.username}`,
    `identity   ${cloud.groupId}/${cloud.nodeId}${cloud.primaryHostId === null ? "" : `, waits for host ${cloud.primaryHostId}`}`,
    `leases by  ${cloud.leaseKeyIds.join(", ")}`,
    `state      ${state === "online" ? state : paint.alarm(state)}${onlineForMs === null ? "" : ` for ${seconds(onlineForMs)}`}`,
    ...lost,
    ...(link === null
      ? []
      : [
          `epoch      ${link.epoch}`,
          "",
          ...table(
            ["stream", ">committed up to", ">waiting", ">in flight"],
            Object.entries(link.streams).map(([name, { acknowledged, waiting, inFlight }]) => [
              name,
              String(acknowledged),
              String(waiting),
              String(inFlight),
            ]),
          ),
        ]),
  ];
}
