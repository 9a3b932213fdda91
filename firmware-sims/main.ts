import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { faultDefinitions, randomFaults } from "./faults/index.ts";
import { parseFault } from "./servers/control-server.ts";
import { serveSite } from "./servers/serve-site.ts";
import { createSite, isSiteName, type SiteSim, type SiteSpec, siteNames, siteSpecs } from "./sites/index.ts";

const sites = siteNames.map((name) => `    ${name.padEnd(10)} ${aboutSite(siteSpecs[name])}`).join("\n");

const help = `npm run sims -- [OPTIONS]

One virtual battery site on real sockets: physics behind Modbus TCP (SunSpec) and OPC UA, for any controller to run
against. Nothing here is a vendor's firmware; maps follow the public SunSpec models, but for an illustrative one.

  npm run sims -- --site park

  --site NAME          default park:
${sites}
  --list               sites and faults with their fields, and end
  --fault DEVICE:JSON  a fault from the start, e.g. 'unit-3:{"kind":"slow","delayMs":400}'; may be given again
  --faults LEVEL       light or heavy: faults drawn from the seed, for a day (default none)
  --seed TEXT          chance: loads, weather, frequency, first states of charge (default 1)
  --energy-speed X     energy and heat move X times faster than the clock (default 1)
  --step-ms N          physics step (default 50)
  --host ADDRESS       where to listen (default 127.0.0.1)
  --modbus-port N      the first unit's port, the rest follow (default: any free)
  --opcua-port N       the plant controller's port (default: any free)
  --control-port N     the control port (default: any free)
  --pki FOLDER         OPC UA keys and trusted/certs (default: a new temporary folder)
  --accept-clients     let in any OPC UA client that presents a certificate
  --json               print the addresses, maps and all, as one line of JSON
  --help               this

A site controller's map is illustrative: as public third-party code has observed such devices, endorsed by no maker.

Try it: unit id 1, "SunS" at 40000, power (701 W) at 40080, set-point block (704 WSetEna … WSetRvrtTms) from 40318.
The table at the start says where each device's models are.

Make trouble, one JSON object a line on the control port:
  {"op":"truth"}
  {"op":"fault","device":"unit-3","fault":{"kind":"silent","durationMs":20000}}
  {"op":"clear","device":"unit-3"}
  {"op":"grid-operator-limit","powerWMin":-20000000,"powerWMax":5000000}   (nulls lift it)
  {"op":"grid-operator-setpoint","powerW":3000000}   (null: commands nothing)
  {"op":"breaker","closed":false}
  {"op":"opc-ua-restart","certificate":"expired","namespacesBefore":2}     (or new, not-yet-valid; both may be left out)
  {"op":"frequency","hz":49.5,"overMs":4000}                               (a step without overMs; null lets it go)
  {"op":"frequency-trace","samplesHz":[50,49.9,49.7],"intervalMs":1000}
  {"op":"regulation","powerW":3000000}                                     (one renewal; an operator sends one every 4 s)
  {"op":"log-power","on":true}   then   {"op":"power-log"}`;

const { values: flags } = parseFlags();
if (flags.help) {
  console.log(help);
} else if (flags.list) {
  list();
} else {
  await run();
}

async function run(): Promise<void> {
  const { site: name } = flags;
  if (!isSiteName(name)) stop(`there is no site "${name}": choose ${siteNames.join(", ")}`);
  const clock = new SystemClock();
  const site = createSite(name, {
    rng: new Rng(flags.seed),
    startMs: clock.nowMs(),
    energySpeed: positive("--energy-speed", flags["energy-speed"]),
  });
  begin(site);
  const pkiFolder = flags.pki ?? (await mkdtemp(join(tmpdir(), "penstock-site-")));
  const served = await serveSite({
    site,
    clock,
    stepMs: positive("--step-ms", flags["step-ms"]),
    host: flags.host,
    pkiFolder,
    acceptsUnknownOpcUaClients: flags["accept-clients"],
    ...port("modbusPortBase", "--modbus-port", flags["modbus-port"]),
    ...port("opcUaPort", "--opcua-port", flags["opcua-port"]),
    ...port("controlPort", "--control-port", flags["control-port"]),
  }).catch((error: unknown) =>
    stop(`the site cannot listen: ${error instanceof Error ? error.message : String(error)}`),
  );
  const devices = site.modbusDevices.map(({ id, image }) => ({ id, models: image.models }));
  if (flags.json) console.log(JSON.stringify({ ...served.addresses, pkiFolder, devices }));
  else {
    const { units, meter, branchMeters, plant, control } = served.addresses;
    for (const { id, host, port } of [...units, meter, ...branchMeters]) {
      const models = devices.find((device) => device.id === id)?.models ?? [];
      console.log(
        `${id.padEnd(12)} modbus tcp   ${host}:${port}   ${models.map(({ id, address }) => `${id}@${address}`).join(" ") || "illustrative map, registers 100 to 1500"}`,
      );
    }
    console.log(`${plant.id.padEnd(12)} opc ua       ${plant.endpointUrl}   keys in ${pkiFolder}`);
    console.log(`control      json lines   ${control.host}:${control.port}`);
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void served.close().then(() => process.exit(0)));
  }
}

/** What lies on it from the start: faults named one by one, and a day of drawn ones. */
function begin(site: SiteSim): void {
  for (const text of flags.fault) {
    const at = text.indexOf(":");
    const fault = parseFault(json(text.slice(at + 1)));
    const wrong = `--fault ${text}: want DEVICE:{"kind":…}`;
    if (at < 1 || !fault.ok) stop(`${wrong}; ${fault.ok ? "no device" : fault.error["expected"]} (--list shows all)`);
    const injected = site.faults.inject(text.slice(0, at), fault.value);
    if (!injected.ok) stop(`${wrong}; ${injected.error.code}`);
  }
  const { faults: level } = flags;
  if (level !== "none" && level !== "light" && level !== "heavy") stop(`--faults wants light or heavy, not "${level}"`);
  site.faults.schedule(
    randomFaults(new Rng(flags.seed).fork("faults"), level, {
      unitIds: site.units.map(({ id }) => id),
      meterId: site.meter.id,
      plantId: site.plantController.id,
      durationMs: 86_400_000,
    }),
  );
}

/** The shelves, for people or as JSON. */
function list(): void {
  const faults = faultDefinitions.map(({ kind, text, needs }) => ({ kind, text, needs }));
  if (flags.json) {
    console.log(
      JSON.stringify({ sites: siteNames.map((name) => ({ name, about: aboutSite(siteSpecs[name]) })), faults }),
    );
    return;
  }
  console.log(`sites\n${sites}\n\nfaults`);
  for (const { kind, text, needs } of faults) {
    console.log(`    ${kind.padEnd(14)} ${text}${needs.length > 0 ? ` (needs ${needs.join(", ")})` : ""}`);
  }
}

function aboutSite(spec: SiteSpec): string {
  const { unitCount, unit, unitKind = "der", meterModel = 213, mapBase = 40_000 } = spec;
  if (spec.hasSiteController) {
    return `${unitCount} × ${unit.powerWMax / 1e3} kW, ${unit.capacityWh / 1e3} kWh behind an illustrative site controller (registers 100–1500), meter ${meterModel}`;
  }
  const models = { der: "701–704, 713–715, 802", legacy: "103, 120–124", "legacy-float": "113, 120–124" }[unitKind];
  return `${unitCount} × ${unit.powerWMax / 1e3} kW, ${unit.capacityWh / 1e3} kWh (SunSpec ${models}), meter ${meterModel}, maps at ${mapBase}`;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseFlags() {
  try {
    return parseArgs({
      options: {
        site: { type: "string", default: "park" },
        list: { type: "boolean", default: false },
        fault: { type: "string", multiple: true, default: [] },
        faults: { type: "string", default: "none" },
        seed: { type: "string", default: "1" },
        "energy-speed": { type: "string", default: "1" },
        "step-ms": { type: "string", default: "50" },
        host: { type: "string", default: "127.0.0.1" },
        "modbus-port": { type: "string" },
        "opcua-port": { type: "string" },
        "control-port": { type: "string" },
        pki: { type: "string" },
        "accept-clients": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return stop(`${error instanceof Error ? error.message : String(error)} (--help lists what there is)`);
  }
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  return value > 0 && Number.isFinite(value) ? value : stop(`${flag} wants a number above 0, not "${text}"`);
}

function port<K extends string>(key: K, flag: string, text: string | undefined): { [P in K]?: number } {
  if (text === undefined) return {};
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535) stop(`${flag} wants a port, not "${text}"`);
  return { [key]: value } as { [P in K]?: number };
}

function stop(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
