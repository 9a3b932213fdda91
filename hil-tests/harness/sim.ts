import { parseArgs } from "node:util";
import { isSiteName, siteNames } from "@penstock/firmware-sims/sites/index.ts";
import { days, Ms, seconds } from "@penstock/protocol/units";
import { fleet } from "./scene.ts";
import { SERVICES_FLAG_HELP, servicesFlag } from "./services-flag.ts";
import { type SimulationWish, simulate } from "./simulation.ts";
import type { FaultLevel } from "./virtual-world.ts";

const HELP = `npm run sim -- [OPTIONS]

Runs sites, edges, broker and cloud in one process on a virtual clock. The same seed gives the same hash.

  --seed N        what everything is drawn from (default 1)
  --days D        simulated days (default 1)
  --site NAME     only this site: ${siteNames.join(", ")} (default: ${fleet.join(", ")})
  --faults LEVEL  none, light or heavy (default none): link cuts, device silence, clock steps, restarts
${SERVICES_FLAG_HELP}
  --json          one JSON object on the last line of stdout

Exit 1 when a record was lost or duplicated or a limit violated.

  npm run sim -- --seed 7 --days 2 --json
  npm run sim -- --seed 7 --days 1 --site feeder --faults heavy
  npm run sim -- --service 'park:{ kind: nesoDcLow, contractedMW: 5 }'
`;

function main(): number {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      days: { type: "string", default: "1" },
      site: { type: "string" },
      faults: { type: "string", default: "none" },
      service: { type: "string", multiple: true, default: [] },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const seed = Number(values.seed);
  const length = Number(values.days);
  const { site, faults } = values;
  if (!Number.isSafeInteger(seed)) return usage(`--seed wants a whole number, not "${values.seed}"`);
  if (!(length > 0 && length <= 366)) return usage(`--days wants a number above 0 and up to 366, not "${values.days}"`);
  if (site !== undefined && !isSiteName(site))
    return usage(`there is no site "${site}"; one of ${siteNames.join(", ")}`);
  if (!isFaultLevel(faults)) return usage(`--faults wants none, light or heavy, not "${faults}"`);

  const services = servicesFlag(values.service);
  if (!services.ok) return usage(services.error.text);

  const wish: SimulationWish = {
    seed,
    durationMs: Ms(days(length)),
    sites: site === undefined ? fleet : [site],
    faults,
    services: services.value,
    onProgress: values.json && !process.stderr.isTTY ? undefined : progress,
  };
  const result = simulate(wish);
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  for (const violation of result.violations) {
    process.stderr.write(
      `${violation.site} at ${(violation.atMs / 3600e3).toFixed(3)} h: ${violation.checker}: ${violation.text}\n`,
    );
  }
  const { violations: _, ...figures } = result;
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name.padEnd(24)} ${value}\n`);
  return result.limitViolations + result.recordsLost + result.recordsDuplicated === 0 ? 0 : 1;
}

const isFaultLevel = (text: string): text is FaultLevel => text === "none" || text === "light" || text === "heavy";

let saidMs = 0;
function progress(doneMs: number, ofMs: number): void {
  const nowMs = Date.now();
  if (nowMs - saidMs < seconds(1)) return;
  saidMs = nowMs;
  const text = `${(doneMs / 3600e3).toFixed(1)} of ${(ofMs / 3600e3).toFixed(0)} simulated hours`;
  process.stderr.write(process.stderr.isTTY ? `\r${text} ` : `${text}\n`);
}

function usage(text: string): number {
  process.stderr.write(`${text}\n\n${HELP}`);
  return 2;
}

process.exitCode = main();
