import { parseArgs } from "node:util";
import { markets } from "./markets.ts";
import { offers } from "./offers.ts";
import type { Suite } from "./suite.ts";

/** The shelf: one suite a line. */
const SHELF: readonly Suite[] = [markets, offers];

const HELP = `npm run conformance -- NAME [OPTIONS]

${SHELF.map(({ name, text }) => `  ${name.padEnd(12)} ${text}`).join("\n")}

  --count N   how many to try, where a suite counts (default 1e6)
  --seed N    default 1
  --json      one JSON object on the last line of stdout

Ends with 0 when nothing failed.
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      count: { type: "string", default: "1e6" },
      seed: { type: "string", default: "1" },
      help: { type: "boolean" },
    },
  });
  const suite = SHELF.find(({ name }) => name === positionals[0]);
  if (values.help || suite === undefined) {
    (values.help ? process.stdout : process.stderr).write(HELP);
    return values.help ? 0 : 2;
  }
  const count = Number(values.count);
  if (!(Number.isInteger(count) && count >= 1)) {
    process.stderr.write(`--count wants a whole number from 1, not "${values.count}"\n`);
    return 2;
  }
  const { failures, ...figures } = await suite.run({
    count,
    seed: values.seed,
    progress: (text) => process.stderr.write(`${text}\n`),
  });
  for (const failure of failures) process.stderr.write(`${failure}\n`);
  const result = { name: suite.name, ...figures, failed: failures.length };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else
    for (const [name, value] of Object.entries(result))
      process.stdout.write(`${name.padEnd(22)} ${JSON.stringify(value)}\n`);
  return failures.length === 0 ? 0 : 1;
}

process.exitCode = await main();
