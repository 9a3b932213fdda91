import { describeError } from "@penstock/protocol/result";
import { addressesIn, addressesMax, type Finding, parsePorts, scanNetwork } from "../../commissioning/scan-network.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Look } from "../look.ts";
import { shorten } from "../words.ts";

export const command: Command = {
  usage: "CIDR [--ports LIST]",
  help: `Knocks at every address, a few at a time, and asks who opens who it is: SunSpec
units and meters, OPC UA servers. Reads only, needs no agent, private networks
only, at most ${addressesMax} addresses. Not while a site runs on devices that take one
connection: use sitectl devices ls there.`,
  examples: [
    ["sitectl detect 10.0.7.0/26"],
    ["sitectl detect 127.0.0.1 --ports 5220-5251", "a simulated site"],
    ["sitectl detect 10.0.7.0/26 --json > found.json"],
  ],
  options: { ports: { value: "LIST", text: "like 502,4840 or 5020-5040 (default 502,4840)" } },
  run: async (context) => {
    const [cidr] = context.words;
    if (cidr === undefined) return context.usage("which network? like 10.0.7.0/26");
    const hosts = addressesIn(cidr);
    if (!hosts.ok) return context.usage(`${sentences[hosts.error.code] ?? describeError(hosts.error)}: ${cidr}`);
    const ports = parsePorts(context.options.text("ports") ?? "502,4840");
    if (ports === undefined) return context.usage("--ports is a list like 502,4840 or 5020-5040, at most 200 ports");
    let saidAt = 0;
    const findings = await scanNetwork(hosts.value, ports, (done, of, found) => {
      if (done < of && done - saidAt < 100) return;
      saidAt = done;
      context.say(`asked ${done} of ${of}, found ${found}`);
    });
    if (context.options.json) context.printJson({ version: 1, network: cidr, found: findings });
    else context.print(findingLines(findings, context.look));
    return findings.length > 0 ? exitCodes.ok : exitCodes.failure;
  },
};

const sentences: Readonly<Record<string, string>> = {
  "scan.not-a-network": "that is no network; write it like 10.0.7.0/26",
  "scan.too-wide": `that is more than ${addressesMax} addresses; scan a part of it, like a /24`,
  "scan.public": "only private networks (10/8, 172.16/12, 192.168/16, 169.254/16, 127/8) are scanned",
};

function findingLines(findings: readonly Finding[], { table }: Look): string[] {
  if (findings.length === 0) return ["nobody answers there: right network, right ports, cable in?"];
  return table(
    ["address", "what", "driver", "maker and model", "serial"],
    findings.map(({ host, port, protocol, kind, driver, map }) => [
      `${host}:${port}`,
      kind ?? protocol,
      driver ?? "-",
      shorten(map === null ? "-" : `${map.identity.manufacturer} ${map.identity.model}`, 18),
      shorten(map?.identity.serialNumber ?? "-", 12),
    ]),
  );
}
