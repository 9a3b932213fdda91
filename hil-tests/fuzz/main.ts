import { parseArgs } from "node:util";
import { codecFuzz } from "./codec-fuzz.ts";
import { codecs } from "./codecs/index.ts";
import type { FuzzOutcome } from "./fuzz-world.ts";
import { swarm } from "./swarm.ts";

const HELP = `npm run fuzz -- [OPTIONS]

Swarms of virtual worlds: each seed draws a site, its configuration, faults at every level, leases, limits, latches,
breakers and frequency; the plant and the books are the judges. The same seed is the same world.

  --minutes N   how long to go on (default 1)
  --seed N      the first seed (default: drawn from the clock, and printed); the next ones follow
  --runs N      stop after so many worlds
  --workers N   worlds at a time, each on a core of its own (default 1)
  --ledger FILE keeps every outcome as a line of FILE; what stands in it is counted and not run again, so that a swarm
                of many hours can be broken off and gone on with: give it the same --seed
  --codecs      mutated frames through every codec instead of worlds
  --codec NAME  only this one: ${codecs.map(({ name }) => name).join(", ")}
  --frames N    how many frames a codec (default 1e6); the slow ones take a share
  --json        one JSON object on the last line of stdout

Exit 1 when anything was found. A seed that found something: npm run fuzz -- --seed N --runs 1; when it is mended, it
goes into hil-tests/fuzz/regressions.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "1" },
      seed: { type: "string" },
      runs: { type: "string" },
      workers: { type: "string", default: "1" },
      ledger: { type: "string" },
      codecs: { type: "boolean" },
      codec: { type: "string" },
      frames: { type: "string", default: "1e6" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const minutes = Number(values.minutes);
  const first = values.seed === undefined ? Math.floor(Date.now() / 1e3) * 1_000 : Number(values.seed);
  const runsMax = values.runs === undefined ? Number.POSITIVE_INFINITY : Number(values.runs);
  const workers = Number(values.workers);
  const frames = Number(values.frames);
  if (!(minutes > 0)) return usage(`--minutes wants a number above 0, not "${values.minutes}"`);
  if (!Number.isSafeInteger(first)) return usage(`--seed wants a whole number, not "${values.seed}"`);
  if (!(runsMax >= 1)) return usage(`--runs wants a number from 1, not "${values.runs}"`);
  if (!(Number.isSafeInteger(workers) && workers >= 1 && workers <= 64))
    return usage(`--workers wants a number from 1 to 64, not "${values.workers}"`);
  if (!(Number.isSafeInteger(frames) && frames >= 1)) return usage(`--frames wants a number, not "${values.frames}"`);

  const only = values.codec;
  if (only !== undefined && !codecs.some(({ name }) => name === only)) return usage(`there is no codec "${only}"`);

  const result =
    values.codecs || only !== undefined
      ? codecFuzz({ seed: first, frames, only, progress: say })
      : await worlds({ firstSeed: first, runsMax, forMs: minutes * 60e3, workers, ledgerFile: values.ledger });
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const [name, value] of Object.entries(result)) process.stdout.write(`${name.padEnd(14)} ${shown(value)}\n`);
  return result.failures === 0 ? 0 : 1;
}

async function worlds(wish: Omit<Parameters<typeof swarm>[0], "nowMs" | "onOutcome">) {
  const total = await swarm({ ...wish, nowMs: () => performance.now(), onOutcome: report });
  const rounded = (days: number) => Number(days.toFixed(3));
  return {
    ...total,
    firstSeed: wish.firstSeed,
    siteDays: rounded(total.siteDays),
    plantDays: rounded(total.plantDays),
    siteDaysByPeriod: Object.fromEntries(
      Object.entries(total.siteDaysByPeriod).map(([periodMs, days]) => [periodMs, rounded(days)]),
    ),
  };
}

function report({ seed, failures }: FuzzOutcome, { siteDays }: { readonly siteDays: number }): void {
  if (failures.length === 0) say(`seed ${seed}: nothing found; ${siteDays.toFixed(2)} site-days so far`);
  else say(`seed ${seed}: FOUND\n${failures.map((text) => `    ${text}`).join("\n")}`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

const shown = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));

function usage(text: string): number {
  process.stderr.write(`${text}\n\n${HELP}`);
  return 2;
}

process.exitCode = await main();
