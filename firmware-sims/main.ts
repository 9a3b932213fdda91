import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { serveSite } from "./servers/serve-site.ts";
import { createSite, isSiteName, siteNames, siteSpecs } from "./sites/index.ts";

const help = `One virtual battery site on real sockets: physics behind Modbus TCP (SunSpec) and OPC UA.

  node firmware-sims/main.ts --site park

  --site NAME          ${siteNames.map((name) => `${name} (${siteSpecs[name].unitCount} × ${siteSpecs[name].unit.powerWMax / 1e3} kW)`).join(", ")}
  --seed TEXT          chance: loads, weather, frequency, first states of charge (default 1)
  --energy-speed X     energy and heat move X times faster than the clock (default 1)
  --step-ms N          physics step (default 50)
  --host ADDRESS       where to listen (default 127.0.0.1)
  --modbus-port N      the first unit's port, the rest follow (default: any free)
  --opcua-port N       the plant controller's port (default: any free)
  --control-port N     the control port (default: any free)
  --pki FOLDER         OPC UA keys and trusted/certs (default: a new temporary folder)
  --accept-clients     let in any OPC UA client that presents a certificate
  --json               print the addresses as one line of JSON
  --help               this

Try it: unit id 1, "SunS" at 40000, power (701 W) at 40080, set-point block (704 WSetEna … WSetRvrtTms) from 40318.
Make trouble, one JSON object a line on the control port:
  {"op":"truth"}
  {"op":"fault","device":"unit-3","fault":{"kind":"silent","durationMs":20000}}
  {"op":"clear","device":"unit-3"}
  {"op":"grid-operator-limit","powerWMin":-20000000,"powerWMax":5000000}   (nulls lift it)
  {"op":"breaker","closed":false}
  {"op":"frequency","hz":49.5,"overMs":4000}                               (a step without overMs; null lets it go)
  {"op":"frequency-trace","samplesHz":[50,49.9,49.7],"intervalMs":1000}
  {"op":"log-power","on":true}   then   {"op":"power-log"}`;

const { values: flags } = parseFlags();
if (flags.help) {
  console.log(help);
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
  if (flags.json) console.log(JSON.stringify({ ...served.addresses, pkiFolder }));
  else {
    const { units, meter, plant, control } = served.addresses;
    for (const { id, host, port } of [...units, meter]) console.log(`${id.padEnd(8)} modbus tcp   ${host}:${port}`);
    console.log(`${plant.id.padEnd(8)} opc ua       ${plant.endpointUrl}   keys in ${pkiFolder}`);
    console.log(`control  json lines   ${control.host}:${control.port}`);
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void served.close().then(() => process.exit(0)));
  }
}

function parseFlags() {
  try {
    return parseArgs({
      options: {
        site: { type: "string", default: "park" },
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
