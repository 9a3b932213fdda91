import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { marketOf, markets } from "@penstock/cloud/markets/index.ts";
import {
  intervalOf,
  marketPriceFile,
  type PriceSeries,
  readPriceFile,
  seriesEndMs,
} from "@penstock/cloud/prices/index.ts";
import { describeError } from "@penstock/protocol/result";
import { days, minutes } from "@penstock/protocol/units";
import { reckon } from "./demo-result.ts";
import { beginningOf, regionOf } from "./market-scene.ts";
import { fleet } from "./scene.ts";
import { SERVICES_FLAG_HELP, servicesFlag } from "./services-flag.ts";
import { SocketWorld } from "./socket-world.ts";

const HELP = `npm start [-- OPTIONS]

Runs Penstock on this machine: three simulated sites, an edge on each, the cloud that bids for them.

  --market ID        where they are traded: ${Object.keys(markets).join(", ")} (default nem). An auction of a
                     whole day (gb, sdac-de) closes half a day before: give it --market-speed 600 and three minutes
  --prices FILE      a price series of that market, its operator's files or what fleetctl prices read --out makes of
                     them (SETTLEMENTDATE,RRP for the NEM; plain or gzipped); otherwise prices are generated and
                     labelled as generated
  --market-speed X   market time runs X times faster than the wall clock (default 60); control is always real time
                     and energy goes with the market: far above 60 a unit that falls silent can leave its SoC window
                     before its own watchdog ends it, which the judges tell
  --seed N           what generated prices, loads and weather are drawn from (default 1)
  --for 90s          ends by itself after so many seconds (s) or minutes (m)
${SERVICES_FLAG_HELP}
  --json             with --for: one JSON object on the last line of stdout
  --http-port N      port of the web page (default: any free one)
  --mqtt-port N      port of the MQTT broker (default: any free one)

Exit 1 when a record was lost or duplicated or a limit violated.

  npm start
  npm start -- --for 90s --json
  npm start -- --prices price_demand_5min_2023_NSW1.csv.gz --market-speed 120
`;

const root = resolve(import.meta.dirname, "../..");
const runFolder = process.env["PENSTOCK_RUN_DIR"] ?? join(root, ".penstock/run");

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      market: { type: "string", default: "nem" },
      prices: { type: "string" },
      "market-speed": { type: "string", default: "60" },
      seed: { type: "string", default: "1" },
      for: { type: "string" },
      service: { type: "string", multiple: true, default: [] },
      json: { type: "boolean", default: false },
      "http-port": { type: "string" },
      "mqtt-port": { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const speed = Number(values["market-speed"]);
  const seed = Number(values.seed);
  const forMs = values.for === undefined ? undefined : durationMs(values.for);
  if (!(speed >= 1 && speed <= 600))
    return usage(`--market-speed wants a number from 1 to 600, not "${values["market-speed"]}"`);
  if (!Number.isSafeInteger(seed)) return usage(`--seed wants a whole number, not "${values.seed}"`);
  if (Number.isNaN(forMs)) return usage(`--for wants a length like 90s or 5m, not "${values.for}"`);
  if (values.json && forMs === undefined) return usage("--json goes with --for: something has to end first");
  const ports = [values["http-port"], values["mqtt-port"]].map((text) => (text === undefined ? 0 : Number(text)));
  if (ports.some((port) => !(Number.isInteger(port) && port >= 0 && port < 65_536)))
    return usage("a port is a number from 0 to 65535");

  const services = servicesFlag(values.service);
  if (!services.ok) return usage(services.error.text);

  const marketId = values.market;
  if (!Object.hasOwn(markets, marketId))
    return usage(`--market: there is no "${marketId}"; one of ${Object.keys(markets).join(", ")}`);
  const market =
    values.prices === undefined
      ? generatedMarket(marketId, seed)
      : recordedMarket(marketId, values.prices, (forMs ?? days(1)) * speed);
  if (typeof market === "string") {
    process.stderr.write(`${market}\n`);
    return 1;
  }
  const owner = takeRunFolder();
  if (owner !== undefined) {
    process.stderr.write(
      `Penstock is already running here (process ${owner}); stop it, or set PENSTOCK_RUN_DIR to another folder\n`,
    );
    return 1;
  }
  const world = new SocketWorld({
    runFolder,
    sites: fleet,
    services: services.value,
    seed,
    marketSpeed: speed,
    ...market,
    httpPort: ports[0] ?? 0,
    mqttPort: ports[1] ?? 0,
    onProgress: say,
  });
  writeOwner();
  const interrupted = new Promise<void>((done) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, done);
  });
  try {
    await Promise.race([world.start(), interrupted.then(() => Promise.reject(new Error("interrupted")))]);
    greet(world, market.label);
    const timeIsUp =
      forMs === undefined ? new Promise<void>(() => {}) : new Promise<void>((done) => setTimeout(done, forMs));
    await Promise.race([timeIsUp, interrupted]);
    say("ending: sites come to rest, what is under way arrives …");
    const result = await reckon(world);
    await world.stop();
    for (const text of result.complaints) say(text);
    const lines = Object.entries(result.figures).map(([name, value]) => `${name.padEnd(26)} ${value}`);
    await print(values.json ? JSON.stringify(result.figures) : lines.join("\n"));
    const { recordsLost, recordsDuplicated, limitViolations } = result.figures;
    return recordsLost + recordsDuplicated + limitViolations === 0 ? 0 : 1;
  } catch (error) {
    await world.stop();
    if (error instanceof Error && error.message === "interrupted") return 130;
    say(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    // Its number may be another process's by tomorrow.
    rmSync(ownerFile(), { force: true });
  }
}

function generatedMarket(marketId: string, seed: number) {
  const marketStartMs = beginningOf(marketId);
  return {
    marketId,
    region: regionOf(marketId),
    marketStartMs,
    prices: { seed, days: 60, from: new Date(marketStartMs).toISOString() },
    label: `generated prices of ${marketId}, seed ${seed}`,
  };
}

/** A file is judged before anything starts, and refused with the place where it is wrong. */
function recordedMarket(marketId: string, file: string, neededMs: number) {
  const path = resolve(process.env["INIT_CWD"] ?? process.cwd(), file);
  const series = readPriceFile(path, { format: marketPriceFile(marketOf(marketId)) });
  if (!series.ok) return `the price file is refused: ${describeError(series.error)}`;
  const marketStartMs = startOf(series.value);
  if (marketStartMs + neededMs > seriesEndMs(series.value)) {
    return `${file} ends ${new Date(seriesEndMs(series.value)).toISOString()}, too soon for this run; shorten --for or lower --market-speed`;
  }
  return { marketId, region: series.value.region, marketStartMs, prices: { file: path }, label: `prices of ${file}` };
}

/** The first part is the past that forecasters learn from: two weeks, or a third of a short file. Then the next evening. */
function startOf(series: PriceSeries): number {
  const historyMs = Math.min(days(14), (series.prices.length * series.intervalMs) / 3);
  const { startMs } = intervalOf(series, Math.ceil(historyMs / series.intervalMs));
  const eveningMs = Math.ceil((startMs - minutes(9.5 * 60)) / days(1)) * days(1) + minutes(9.5 * 60);
  return eveningMs + days(1) < seriesEndMs(series) ? eveningMs : startMs;
}

function greet(world: SocketWorld, label: string): void {
  const { url, mqttUrl } = world.cloud;
  const { hostname, port } = new URL(mqttUrl);
  const lines = [
    "",
    `  Penstock runs: ${fleet.join(", ")} (${label})`,
    "",
    `  page      ${url}`,
    `  MQTT      mosquitto_sub -h ${hostname} -p ${port} -u viewer -P ${world.viewerPassword} -t 'penstock/fleet/#' -v`,
    "  a site    npx sitectl status --site park      npx sitectl why --site feeder      npx sitectl watch",
    "  the fleet npx fleetctl sites                  npx fleetctl bids                  npx fleetctl watch",
    `  the desk  npx fleetctl desk                   export PENSTOCK_TOKEN_FILE=${join(runFolder, "secrets", "trader-1.token")}`,
    `  logs      ${join(runFolder, "log")}`,
    "",
    "  Ctrl-C ends it.",
    "",
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
}

const ownerFile = (): string => join(runFolder, "..", "run.pid");

/** The process that has the run folder now, if it lives. */
function takeRunFolder(): number | undefined {
  mkdirSync(join(runFolder, ".."), { recursive: true });
  try {
    const owner = Number(readFileSync(ownerFile(), "utf8"));
    process.kill(owner, 0);
    return owner;
  } catch {
    return undefined;
  }
}

const writeOwner = (): void => writeFileSync(ownerFile(), String(process.pid));

function durationMs(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(s|m)$/.exec(text) ?? [];
  return amount === undefined ? Number.NaN : Number(amount) * (unit === "m" ? 60_000 : 1_000);
}

function usage(text: string): number {
  process.stderr.write(`${text}\n\n${HELP}`);
  return 2;
}

/** The account is out before the process ends, whatever takes it. */
const print = (text: string): Promise<void> => new Promise((done) => process.stdout.write(`${text}\n`, () => done()));

function say(text: string): void {
  process.stderr.write(`penstock: ${text}\n`);
}

process.exit(await main());
