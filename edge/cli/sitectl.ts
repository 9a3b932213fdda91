import { userInfo } from "node:os";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { describeError } from "@penstock/protocol/result";
import type { OperatorRequest } from "../agent/operator-request.ts";
import { askSite } from "./ask-site.ts";
import { type Command, commands } from "./commands.ts";
import { exitCodes } from "./exit-codes.ts";
import { andAbove, findSocket } from "./find-socket.ts";
import { paint } from "./words.ts";

/** `sitectl`: what people at a site type. Reads arguments, asks the agent, prints, and says how it went. */
async function main(argv: readonly string[]): Promise<number> {
  const parsed = readArguments(argv);
  if (typeof parsed === "string") return usageError(parsed);
  const { values, positionals } = parsed;
  const name = commandName(positionals);
  const command = name === undefined ? undefined : commands[name];
  if (values.help || positionals.length === 0) {
    process.stdout.write(`${command === undefined ? overview() : helpFor(command)}\n`);
    return positionals.length === 0 && !values.help ? exitCodes.usage : exitCodes.ok;
  }
  if (command === undefined) return usageError(`no command "${positionals.join(" ")}"; sitectl --help lists them`);

  const limit = Number(values.limit);
  const count = values.count === undefined ? Number.POSITIVE_INFINITY : Number(values.count);
  if (!Number.isInteger(limit) || limit < 1) return usageError("--limit must be a whole number above 0");
  if (!(count >= 1)) return usageError("--count must be a whole number above 0");
  const request = command.request({ ...values, by: values.by ?? userInfo().username, limit });
  if (typeof request === "string") return usageError(`${request}\nusage: sitectl ${command.usage}`);

  const found = findSocket({
    socket: values.socket,
    site: values.site,
    environment: process.env,
    folders: [...andAbove(process.cwd()), ...andAbove(import.meta.dirname)],
  });
  if (!found.ok) {
    process.stderr.write(`${found.sentence}\n`);
    return exitCodes.unreachable;
  }
  if (found.note !== undefined) process.stderr.write(`${found.note}\n`);

  if (command.confirm !== undefined) {
    const confirmed = await confirm(found.path, command.confirm, values.confirm);
    if (confirmed !== exitCodes.ok) return confirmed;
  }
  const show = { json: values.json, check: values.check };
  if (command.repeats) return repeat(found.path, command, request, show, count);
  return ask(found.path, command, request, show);
}

interface Show {
  readonly json: boolean;
  readonly check: boolean;
}

async function ask(path: string, command: Command, request: OperatorRequest, show: Show): Promise<number> {
  const answer = await askSite(path, request);
  if (!answer.ok) {
    const isSilent = answer.error.code === "site.silent";
    process.stderr.write(
      isSilent
        ? `the agent did not answer (${path}); what became of the request is not known: sitectl status\n`
        : `no agent answers on ${path}: is the site running? (${describeError(answer.error)})\n`,
    );
    return isSilent ? exitCodes.timedOut : exitCodes.unreachable;
  }
  const report = answer.value;
  const error = report["error"] as { readonly code: string } | undefined;
  if (error !== undefined) {
    if (show.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    process.stderr.write(`refused: ${refusals[error.code] ?? describeError(error)}\n`);
    return exitCodes.refused;
  }
  if (show.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stdout.write(`${command.print(report, paint(isColour())).join("\n")}\n`);
  if (show.check) return checkCode(report);
  return (report["chain"] as { ok: boolean } | undefined)?.ok === false ? exitCodes.failure : exitCodes.ok;
}

async function repeat(
  path: string,
  command: Command,
  request: OperatorRequest,
  show: Show,
  count: number,
): Promise<number> {
  const redraws = process.stdout.isTTY && !show.json && command.usage.startsWith("watch");
  for (let done = 1; ; done++) {
    if (redraws) process.stdout.write("\u001b[H\u001b[2J");
    const exitCode = await ask(path, command, request, show);
    if (exitCode !== exitCodes.ok || done >= count) return exitCode;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** Shows what is so now and asks for the site's name; from a script the name comes with `--confirm`. */
async function confirm(path: string, effect: string, given: string | undefined): Promise<number> {
  const answer = await askSite(path, { op: "status" });
  if (!answer.ok) {
    process.stderr.write(`no agent answers on ${path}: is the site running? (${describeError(answer.error)})\n`);
    return exitCodes.unreachable;
  }
  const site = String(answer.value["site"]);
  if (given === site) return exitCodes.ok;
  if (given !== undefined || !process.stdin.isTTY) {
    process.stderr.write(`nothing was changed: ${effect}. To confirm add --confirm ${site}\n`);
    return exitCodes.confirmationNeeded;
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const typed = await lines.question(`${site}: ${effect}. Type the site's name to go on: `);
  lines.close();
  if (typed.trim() === site) return exitCodes.ok;
  process.stderr.write("nothing was changed\n");
  return exitCodes.confirmationNeeded;
}

/** A report older than this means that nobody controls. */
const statusAgeMsMax = 5_000;

function checkCode(report: Record<string, unknown>): number {
  const age = report["statusAgeMs"];
  if (typeof age !== "number" || age > statusAgeMsMax) return exitCodes.critical;
  return (report["alarms"] as readonly unknown[]).length > 0 ? exitCodes.warning : exitCodes.ok;
}

const refusals: Readonly<Record<string, string>> = {
  "operator.not-stopped": "the site is not stopped",
  "operator.no-limit": "no local limit is set",
  "operator.not-understood": "the agent does not know this request; is it an older version?",
};

const isColour = (): boolean => process.stdout.isTTY === true && !process.env["NO_COLOR"];

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        site: { type: "string" },
        socket: { type: "string" },
        json: { type: "boolean", default: false },
        check: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
        limit: { type: "string", default: "20" },
        count: { type: "string" },
        reason: { type: "string" },
        by: { type: "string" },
        confirm: { type: "string" },
        "max-mw": { type: "string" },
        "min-mw": { type: "string" },
        "power-mw": { type: "string" },
      },
    });
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** One word or two: `status`, `limit set`. */
function commandName(positionals: readonly string[]): string | undefined {
  const name = positionals.join(" ");
  return Object.hasOwn(commands, name) ? name : undefined;
}

function usageError(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return exitCodes.usage;
}

function helpFor({ usage, summary, help }: Command): string {
  return `sitectl ${usage}\n\n${summary[0]?.toUpperCase()}${summary.slice(1)}.\n${help}`;
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const listed = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `sitectl COMMAND [--site NAME | --socket PATH] [--json]

What a battery site does, why, and the latches only people at the site may set.
Power leaving the site is positive: + is discharge and export.

${listed.join("\n")}

  --site NAME   which site, when several run here  --json  one object, version 1
  --by NAME     who is asking, for the audit log   --help  after a command: more

  sitectl status
  sitectl why --site feeder
  sitectl limit set --max-mw 2 --reason 'works on the line'

Exit codes: 0 ok, 1 failure, 2 usage, 3 unreachable, 4 refused, 5 confirmation
needed, 7 timed out; with --check also 10 alarms, 11 not controlling.`;
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.ok); // `| head` has seen enough.
  throw error;
});
process.exitCode = await main(process.argv.slice(2));
