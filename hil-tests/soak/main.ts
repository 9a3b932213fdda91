import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isSiteName, siteNames } from "@penstock/firmware-sims/sites/index.ts";
import { type SoakResult, type SoakWish, soak } from "./soak.ts";

const HELP = `npm run soak -- [OPTIONS]

Runs plants, edges and the cloud as real processes under churn (devices that reboot, callers who hang up, links that are
taken over, an edge that is stopped), samples their memory, handles, disks and event loops, and judges each slope. For
every change of a dependency, and overnight. Linux only: it reads /proc.

  --minutes N     how long (default 20); the first third, 15 minutes at most, is warm-up and not judged
  --site NAME     one of ${siteNames.join(", ")} (default park); may be repeated
  --seed N        what the churn is drawn from (default 1)
  --samples FILE  every sample as a line of JSON, to be plotted
  --json          one JSON object on the last line of stdout

Exit 1 when something grows, is slow to be whole again, was lost, or cannot be told: a run of a few minutes tells a leak
of handles, hardly one of memory.

  npm run soak -- --minutes 30 --json
  npm run soak -- --minutes 600 --site park --site street --samples soak.jsonl
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "20" },
      site: { type: "string", multiple: true, default: ["park"] },
      seed: { type: "string", default: "1" },
      samples: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const minutes = Number(values.minutes);
  const seed = Number(values.seed);
  if (!(minutes >= 1)) return usage(`--minutes wants a number from 1, not "${values.minutes}"`);
  if (!Number.isSafeInteger(seed)) return usage(`--seed wants a whole number, not "${values.seed}"`);
  const sites = [...new Set(values.site)].filter(isSiteName);
  const stranger = values.site.find((name) => !isSiteName(name));
  if (stranger !== undefined) return usage(`"${stranger}" is no site; one of ${siteNames.join(", ")}`);
  if (!existsSync("/proc/self/fd")) {
    say("there is no /proc here: memory and handles of other processes are read from it, so a soak needs Linux");
    return 1;
  }

  const { samples } = values;
  if (samples !== undefined) writeFileSync(samples, "");
  const folder = mkdtempSync(join(tmpdir(), "penstock-soak-"));
  const result = await attempt(folder, {
    sites,
    seed,
    forMs: minutes * 60e3,
    warmUpMs: Math.min(15, minutes / 3) * 60e3,
    sampleEveryMs: Math.min(10_000, (minutes * 60e3) / 60),
    runFolder: join(folder, "run"),
    progress: say,
    ...(samples !== undefined && { onSample: (sample) => appendFileSync(samples, `${JSON.stringify(sample)}\n`) }),
  });
  if (result === undefined) return 1;
  if (result.ok) rmSync(folder, { recursive: true, force: true });
  else say(`logs, stores and configurations are kept in ${folder}`);
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else print(result);
  return result.ok ? 0 : 1;
}

/** A world that does not even begin is said in one sentence, with where its logs are. */
async function attempt(folder: string, wish: SoakWish): Promise<SoakResult | undefined> {
  try {
    return await soak(wish);
  } catch (error) {
    say(`the soak broke off: ${error instanceof Error ? error.message : String(error)}`);
    say(`logs, stores and configurations are kept in ${folder}`);
    return undefined;
  }
}

function print({ series, recoveries, findings, ok, ...figures }: SoakResult): void {
  const figure = (value: number) => String(Number(value.toPrecision(3)));
  for (const { process: who, quantity, verdict, median, perHour, perHourLow, perHourHigh, bound } of series) {
    const slope = `${figure(perHour)}/h (${figure(perHourLow)} … ${figure(perHourHigh)}), ${bound.perHour} allowed`;
    line(`${who} ${quantity}`, `${verdict.padEnd(8)} ${figure(median).padStart(8)}  ${slope}`);
  }
  for (const [name, { count, medianMs, maxMs, allowedMs }] of Object.entries(recoveries))
    line(name, `${count} times, whole after ${medianMs} ms, ${maxMs} at most, ${allowedMs} allowed`);
  for (const [name, value] of Object.entries(figures)) line(name, String(value));
  for (const text of findings) line("found", text);
  line("ok", String(ok));
}

const line = (name: string, text: string): boolean => process.stdout.write(`${name.padEnd(26)} ${text}\n`);

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function usage(text: string): number {
  process.stderr.write(`${text}\n\n${HELP}`);
  return 2;
}

process.exitCode = await main();
