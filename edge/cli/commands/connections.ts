import type { CertificateReport, CertificatesReport } from "../../agent/requests/certificates.ts";
import type { ServerReport } from "../../northbound/northbound.ts";
import type { SyncStatus } from "../../sync/sync.ts";
import { certificateLines } from "../certificate-lines.ts";
import type { Command } from "../command.ts";
import type { DevicesReport } from "../devices-report.ts";
import { exitCodes } from "../exit-codes.ts";
import { shorten } from "../words.ts";

export const command: Command = {
  usage: "",
  help: "Every peer the site talks to, who opened the connection, and how it is. The edge\nlistens on no network port unless a northbound server is configured; its clients are\nlisted with the user each one logged in as. Below them the OPC UA certificates that\nwere refused and wait to be trusted; --trusted lists the others too.",
  examples: [["sitectl connections"], ["sitectl connections --trusted", "whose certificate expires when"]],
  options: { trusted: { text: "also the certificates that are trusted" } },
  run: async (context) => {
    const devices = await context.ask({ op: "devices" });
    if (!devices.ok) return devices.exitCode;
    const link = await context.ask({ op: "link" });
    if (!link.ok) return link.exitCode;
    const northbound = await context.ask({ op: "northbound" });
    if (!northbound.ok) return northbound.exitCode;
    const known = await context.ask({ op: "certificates" });
    if (!known.ok) return known.exitCode;
    const { certificates, timeMs } = known.report as unknown as CertificatesReport;
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
    if (context.options.json)
      context.printJson({ version: 1, site: devices.report["site"], connections, certificates });
    else {
      const rows = connections.map(({ peer, what, direction, address, state }) => [
        peer,
        what,
        direction,
        shorten(address, 34),
        state,
      ]);
      const trusted = context.options.flag("trusted") ? certificates.filter(({ state }) => state === "trusted") : [];
      const waiting = certificates.filter(({ state }) => state === "rejected");
      context.print([
        ...context.look.table(["peer", "by", "opened", "address", "state"], rows),
        ...listed("trusted", trusted, timeMs),
        ...listed("refused, and waiting to be trusted", waiting, timeMs),
        ...(waiting.length === 0 ? [] : ["to let one in: sitectl connections trust THUMBPRINT --reason TEXT"]),
      ]);
    }
    return exitCodes.ok;
  },
};

function listed(heading: string, certificates: readonly CertificateReport[], nowMs: number): readonly string[] {
  if (certificates.length === 0) return [];
  return ["", heading, ...certificates.flatMap((one) => certificateLines(one, nowMs))];
}

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
