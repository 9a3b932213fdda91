import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { askFleet } from "./ask-fleet.ts";
import { type Command, commands } from "./commands.ts";
import { deskVerbs } from "./desk-verbs.ts";
import { exitCodes } from "./exit-codes.ts";
import { andAbove, findAddress } from "./find-address.ts";
import { offlineCommands } from "./offline-commands.ts";
import { runDeskVerb } from "./run-desk-verb.ts";
import { paint, wrapped } from "./words.ts";

/** `fleetctl`: what an operator of the fleet types. Reads arguments, asks the aggregator, prints. */
async function main(argv: readonly string[]): Promise<number> {
  const [first = ""] = argv;
  const offline = Object.hasOwn(offlineCommands, first) ? offlineCommands[first] : undefined;
  if (offline !== undefined) return (await offline.load())(argv.slice(1));
  const isTTY = process.stdout.isTTY === true;
  const isColour = isTTY && process.env["NO_COLOR"] === undefined;
  if (deskVerbs.some(({ words }) => words[0] === first)) {
    return runDeskVerb(argv, { environment: process.env, address, isColour });
  }
  const parsed = readArguments(argv);
  if (typeof parsed === "string") return usageError(parsed);
  const { values, positionals } = parsed;
  const [name, ...rest] = positionals;
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (values.help || name === undefined) {
    process.stdout.write(`${name === undefined || command === undefined ? overview() : helpFor(name, command)}\n`);
    return values.help ? exitCodes.ok : exitCodes.usage;
  }
  if (command === undefined) return usageError(`no command "${name}"`);
  const { takes } = command;
  if (takes === undefined && rest.length > 0) {
    return usageError(`${name} takes no further words, but there is "${rest.join(" ")}"`);
  }
  if (takes !== undefined && rest.length !== 1) return usageError(`${name} wants one ${takes}: ${command.example}`);
  const path = takes === undefined ? command.path : `${command.path}/${encodeURIComponent(rest[0] ?? "")}`;
  const count = values.count === undefined ? Number.POSITIVE_INFINITY : Number(values.count);
  if (!(count >= 1)) return usageError("--count must be a number from 1 on");

  const found = address(values.url);
  if (!found.ok) {
    process.stderr.write(`fleetctl: ${found.sentence}\n`);
    return found.isUsage ? exitCodes.usage : exitCodes.unreachable;
  }
  for (let done = 1; ; done++) {
    const code = await show(found.url, path, command, values.json);
    if (code !== exitCodes.ok || !command.repeats || done >= count) return code;
    await wait(1000);
  }
}

/** Where the aggregator answers, as named or as found around here. */
const address = (url: string | undefined) =>
  findAddress({
    url,
    environment: process.env,
    folders: [...andAbove(process.cwd()), ...andAbove(import.meta.dirname)],
  });

async function show(url: string, path: string, command: Command, isJson: boolean): Promise<number> {
  const answer = await askFleet(url, path);
  if (!answer.ok) {
    process.stderr.write(`fleetctl: ${answer.sentence}\n`);
    return answer.isReachable ? exitCodes.failure : exitCodes.unreachable;
  }
  const { isTTY } = process.stdout;
  if (command.repeats && isTTY && !isJson) process.stdout.write("\u001b[H\u001b[J");
  const lines = isJson
    ? [JSON.stringify(answer.body)]
    : command.print(answer.body, paint(isTTY && process.env["NO_COLOR"] === undefined));
  process.stdout.write(`${lines.join("\n")}\n`);
  return exitCodes.ok;
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        url: { type: "string" },
        json: { type: "boolean", default: false },
        count: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function overview(): string {
  const all = Object.entries({ ...commands, ...offlineCommands });
  const listed = (name: string, text: string): readonly string[] =>
    wrapped(text, 58).map((line, index) => `  ${(index === 0 ? name : "").padEnd(17)}  ${line}`);
  const looks = all.flatMap(([name, { text }]) => listed(name, text));
  const desk = deskVerbs.flatMap(({ words, text }) => listed(words.join(" "), text));
  return [
    "fleetctl COMMAND [--json] [--url http://HOST:PORT]",
    "",
    "Shows what the aggregator knows of the fleet.",
    "",
    ...looks,
    "",
    "The trader's desk. What changes something wants --token-file FILE, and most of it",
    "a reason: --why TEXT.",
    "",
    ...desk,
    "",
    "  --json    one JSON object on one line, with a version, for scripts",
    "  --url     where the aggregator answers; else PENSTOCK_URL, else the one npm start runs here",
    "  --count   with watch: how many times",
    "",
    "Ends with 0 when it could answer, 1 when the aggregator refused, 2 for a mistake in the command, 3 when nobody answers.",
    "Try: fleetctl summary",
  ].join("\n");
}

const helpFor = (name: string, { text, example, takes }: Command): string =>
  [
    `fleetctl ${name}${takes === undefined ? "" : ` ${takes}`} [--json] [--url http://HOST:PORT]`,
    "",
    `  ${text}`,
    "",
    `  ${example}`,
  ].join("\n");

function usageError(sentence: string): number {
  process.stderr.write(`fleetctl: ${sentence}; fleetctl --help lists what there is\n`);
  return exitCodes.usage;
}

process.exitCode = await main(process.argv.slice(2));
