import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { describeError } from "@penstock/protocol/result";
import { draftConfig, type FoundDevice } from "../../commissioning/draft-config.ts";
import { addressesIn, parsePorts, scanNetwork } from "../../commissioning/scan-network.ts";
import type { Command, CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";

export const command: Command = {
  usage: "CIDR --name NAME --export-mw N --import-mw N --out FILE [--ports LIST]",
  help: "Asks every device on the network for its nameplate and writes a first\nconfiguration: cautious ramps and margins, everything to rest on a loss, no cloud.\nRead it through; then start the edge with it and run sitectl commission. Needs no\nagent and writes nothing to any device.",
  examples: [["sitectl commission draft 10.0.7.0/26 --name park --export-mw 20 --import-mw 20 --out park.yaml"]],
  options: {
    name: { value: "NAME", text: "the site's name" },
    "export-mw": { value: "N", text: "what the grid connection allows out" },
    "import-mw": { value: "N", text: "what the grid connection allows in" },
    out: { value: "FILE", text: "where to write it; never overwrites" },
    ports: { value: "LIST", text: "like 502,4840 or 5020-5040 (default 502,4840)" },
  },
  run: async (context) => {
    const { options } = context;
    const [cidr] = context.words;
    const [site, out] = [options.text("name"), options.text("out")];
    const [exportLimitMW, importLimitMW] = [options.number("export-mw"), options.number("import-mw")];
    if (cidr === undefined || site === undefined || out === undefined)
      return context.usage("CIDR, --name and --out are needed");
    if (typeof exportLimitMW !== "number" || typeof importLimitMW !== "number") {
      return context.usage("--export-mw and --import-mw are needed: only the grid contract knows them");
    }
    const hosts = addressesIn(cidr);
    if (!hosts.ok) return context.usage(describeError(hosts.error));
    const ports = parsePorts(options.text("ports") ?? "502,4840");
    if (ports === undefined) return context.usage("--ports is a list like 502,4840 or 5020-5040, at most 200 ports");
    const found = await survey(context, hosts.value, ports);
    const missing = ["unit", "meter"].filter((kind) => !found.some((device) => device.kind === kind));
    if (missing.length > 0) {
      context.say(`no ${missing.join(" and no ")} answered; sitectl detect ${cidr} shows who did`);
      return exitCodes.failure;
    }
    const text = draftConfig(found, { site, exportLimitMW, importLimitMW, folder: dirname(resolve(out)) });
    const { parseSiteConfig } = await import("../../config/load-site-config.ts");
    const parsed = parseSiteConfig(text, { file: out, folder: dirname(resolve(out)) });
    if (!parsed.ok) {
      context.say(parsed.error.text);
      return exitCodes.failure;
    }
    try {
      mkdirSync(dirname(out), { recursive: true });
      writeFileSync(out, text, { flag: "wx" });
    } catch (cause) {
      context.say(`${out} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`);
      return exitCodes.failure;
    }
    const units = parsed.value.units.length;
    if (options.json) context.printJson({ version: 1, site, file: out, units });
    else
      context.print([
        `${out}: ${units} units and a meter`,
        "read it through, start the edge with it, then: sitectl commission",
      ]);
    return exitCodes.ok;
  },
};

async function survey(
  context: CommandContext,
  hosts: readonly string[],
  ports: readonly number[],
): Promise<FoundDevice[]> {
  const findings = await scanNetwork(hosts, ports, (done, of, found) => {
    if (done === of) context.say(`asked ${of} addresses, found ${found}`);
  });
  const { surveyDevice } = await import("../../commissioning/probe-device.ts");
  const devices: FoundDevice[] = [];
  for (const { host, port, kind, driver } of findings) {
    if (kind === null || driver === null) continue;
    const surveyed = kind === "plant" ? undefined : await surveyDevice({ host, port, modbusUnitId: 1 });
    if (surveyed !== undefined && !surveyed.ok) {
      context.say(`${host}:${port} answered and then could not be read: ${describeError(surveyed.error)}`);
      continue;
    }
    devices.push({ host, port, kind, driver, models: surveyed?.value.models ?? [] });
  }
  return devices;
}
