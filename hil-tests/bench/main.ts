import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { agc } from "./agc.ts";
import { allocation } from "./allocation.ts";
import { backtest } from "./backtest.ts";
import type { Benchmark } from "./bench.ts";
import { bidFleet } from "./bid-fleet.ts";
import { forecast } from "./forecast.ts";
import { loop } from "./loop.ts";
import { modbus } from "./modbus.ts";
import { optimise } from "./optimise.ts";
import { outbox } from "./outbox.ts";
import { simSpeed } from "./sim-speed.ts";
import { sitectl } from "./sitectl.ts";

/** The shelf: one benchmark a line. */
const SHELF: readonly Benchmark[] = [
  agc,
  allocation,
  backtest,
  bidFleet,
  forecast,
  loop,
  modbus,
  optimise,
  outbox,
  simSpeed,
  sitectl,
];

const HELP = `npm run bench -- NAME [OPTIONS]

${SHELF.map(({ name, text }) => `  ${name.padEnd(12)} ${text}`).join("\n")}

  --repeats N   runs of the pair benchmark / anchor (default 5); medians are quoted
  --period-ms N only this period of the control loop: 20, 50 or 100 (loop; default 100, then 20)
  --seconds N   about how long the whole may take (loop; default 60)
  --json        one JSON object on the last line of stdout
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      repeats: { type: "string", default: "5" },
      "period-ms": { type: "string" },
      seconds: { type: "string", default: "60" },
      help: { type: "boolean" },
    },
  });
  const benchmark = SHELF.find(({ name }) => name === positionals[0]);
  if (values.help || benchmark === undefined) {
    (values.help ? process.stdout : process.stderr).write(HELP);
    return values.help ? 0 : 2;
  }
  const repeats = Number(values.repeats);
  if (!Number.isInteger(repeats) || repeats < 1) {
    process.stderr.write(`--repeats wants a whole number from 1, not "${values.repeats}"\n`);
    return 2;
  }
  const periodMs = values["period-ms"] === undefined ? undefined : Number(values["period-ms"]);
  if (periodMs !== undefined && ![20, 50, 100].includes(periodMs)) {
    process.stderr.write(`--period-ms wants 20, 50 or 100, not "${values["period-ms"]}"\n`);
    return 2;
  }
  const seconds = Number(values.seconds);
  if (!(seconds >= 30)) {
    process.stderr.write(`--seconds wants a number from 30, not "${values.seconds}"\n`);
    return 2;
  }
  const progress = (text: string) => process.stderr.write(`${text}\n`);
  const figures = await benchmark.run({ repeats, periodMs, seconds, progress });
  const result = {
    name: benchmark.name,
    node: process.version,
    cpu: cpus()[0]?.model ?? "unknown",
    repeats,
    ...figures,
  };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const [name, value] of Object.entries(result)) process.stdout.write(`${name.padEnd(22)} ${value}\n`);
  return 0;
}

process.exitCode = await main();
