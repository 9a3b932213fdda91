import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { FuzzOutcome } from "./fuzz-world.ts";

export interface SwarmWish {
  readonly firstSeed: number;
  /** No world is begun after so many. */
  readonly runsMax: number;
  readonly forMs: number;
  readonly workers: number;
  /** Outcomes are kept here, one JSON object a line; worlds that stand in it already are counted and not run again. */
  readonly ledgerFile?: string | undefined;
  readonly nowMs: () => number;
  readonly onOutcome: (outcome: FuzzOutcome, total: SwarmTotal) => void;
}

export interface SwarmTotal {
  runs: number;
  failures: number;
  /** Of the worlds that found something. */
  readonly seeds: number[];
  siteDays: number;
  plantDays: number;
  faults: number;
  cycles: number;
  excused: number;
  /** Site-days by the period of the control loop, in milliseconds. */
  readonly siteDaysByPeriod: Record<string, number>;
}

/** Seed after seed in some workers, until the time or the number of runs is over. What a ledger holds is not done twice. */
export async function swarm(wish: SwarmWish): Promise<SwarmTotal> {
  const { firstSeed, runsMax, forMs, workers, ledgerFile, nowMs, onOutcome } = wish;
  const total = emptyTotal();
  const done = new Set<number>();
  for (const outcome of heldIn(ledgerFile)) {
    done.add(outcome.seed);
    count(total, outcome);
  }
  const startedMs = nowMs();
  let begun = 0;
  let seed = firstSeed;
  const next = (): number | undefined => {
    if (begun >= runsMax || nowMs() - startedMs >= forMs) return undefined;
    while (done.has(seed)) seed++;
    begun++;
    return seed++;
  };
  const keep = (outcome: FuzzOutcome) => {
    if (ledgerFile !== undefined) appendFileSync(ledgerFile, `${JSON.stringify(outcome)}\n`);
    count(total, outcome);
    onOutcome(outcome, total);
  };
  await Promise.all(Array.from({ length: workers }, () => runWorker(next, keep)));
  return total;
}

function runWorker(next: () => number | undefined, keep: (outcome: FuzzOutcome) => void): Promise<void> {
  return new Promise((over, refuse) => {
    const worker = new Worker(new URL("./swarm-worker.ts", import.meta.url));
    const goOn = () => {
      const seed = next();
      if (seed === undefined) void worker.terminate().then(() => over());
      else worker.postMessage(seed);
    };
    worker.on("message", (outcome: FuzzOutcome) => {
      keep(outcome);
      goOn();
    });
    worker.on("error", refuse);
    goOn();
  });
}

/** A last line that was cut off by whatever ended the run before is a world that must be run again. */
function heldIn(file: string | undefined): FuzzOutcome[] {
  if (file === undefined || !existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as FuzzOutcome];
      } catch {
        return [];
      }
    });
}

const emptyTotal = (): SwarmTotal => ({
  runs: 0,
  failures: 0,
  seeds: [],
  siteDays: 0,
  plantDays: 0,
  faults: 0,
  cycles: 0,
  excused: 0,
  siteDaysByPeriod: {},
});

function count(total: SwarmTotal, outcome: FuzzOutcome): void {
  total.runs++;
  total.siteDays += outcome.siteDays;
  total.plantDays += outcome.plantDays;
  total.faults += outcome.faults;
  total.cycles += outcome.cycles;
  total.excused += outcome.excused;
  const period = String(outcome.periodMs);
  total.siteDaysByPeriod[period] = (total.siteDaysByPeriod[period] ?? 0) + outcome.siteDays;
  if (outcome.failures.length === 0) return;
  total.failures++;
  total.seeds.push(outcome.seed);
}
