import type { ServerReport } from "../../northbound/northbound.ts";
import type { SyncStatus } from "../../sync/sync.ts";
import type { Command } from "../command.ts";
import type { DevicesReport } from "../devices-report.ts";
import { exitCodes } from "../exit-codes.ts";
import { shorten } from "../words.ts";

export const command: Command = {
  usage: "",
  help: "Every peer the site talks to, who opened the connection, and how it is. The edge\nlistens on no network port unless a northbound server is configured; its clients are\nlisted with the user each one logged in as.",
  examples: [["sitectl connections"]],
  run: async (context) => {
    const devices = await context.ask({ op: "devices" });
    if (!devices.ok) return devices.exitCode;
    const link = await context.ask({ op: "link" });
    if (!link.ok) return link.exitCode;
    const northbound = await context.ask({ op: "northbound" });
    if (!northbound.ok) return northbound.exitCode;
    const site = context.findSite();
    const { brokerUrl } = (link.report["cloud"] ?? {}) as { brokerUrl?: string };
    const connections = [
      ...(devices.report as unknown as DevicesReport).devices.map(({ id, kind, driver, address, talk }) => ({
        peer: id,
        what: kind === "plant" ? "OPC UA" : "Modbus",
        direction: "out",
        address,
        state: talk?.state ?? driver,
      })),
      ...(brokerUrl === undefined
        ? []
        : [
            {
              peer: "cloud",
              what: "MQTT",
              direction: "out",
              address: brokerUrl,
              state: (link.report["link"] as SyncStatus | null)?.state ?? "not started",
            },
          ]),
      ...(northbound.report["servers"] as readonly ServerReport[]).flatMap(scadaConnections),
      { peer: "sitectl", what: "Unix socket", direction: "in", address: site?.path ?? "", state: "you" },
    ];
    if (context.options.json) context.printJson({ version: 1, site: devices.report["site"], connections });
    else {
      const rows = connections.map(({ peer, what, direction, address, state }) => [
        peer,
        what,
        direction,
        shorten(address, 34),
        state,
      ]);
      context.print(context.look.table(["peer", "by", "opened", "address", "state"], rows));
    }
    return exitCodes.ok;
  },
};

/** The port SCADA may come to, and everybody who did. */
const scadaConnections = ({ protocol, address, state, clients }: ServerReport) => [
  { peer: "scada", what: protocol, direction: "listens", address, state },
  ...clients.map(({ address: from, user, sinceMs }) => ({
    peer: "scada",
    what: protocol,
    direction: "in",
    address: from,
    state: `${user === "" ? "" : `${user}, `}since ${new Date(sinceMs).toISOString().slice(0, 16)}Z`,
  })),
];
