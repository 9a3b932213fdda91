import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import type { CodedError } from "@penstock/protocol/result";
import { type AskError, askSite, type SiteRequest } from "./ask-site.ts";
import type { Asked, Command, CommandContext, CommandEntry, FoundSite, OptionSpec, Options } from "./command.ts";
import { commandEntries } from "./commands/index.ts";
import { exitCodes } from "./exit-codes.ts";
import { andAbove, findSocket } from "./find-socket.ts";
import { commonOptions, helpFor, overview } from "./help.ts";
import { lookFor } from "./look.ts";
import { refusalWords } from "./refusal-words.ts";
import { timeOf, wrap } from "./words.ts";

/** `sitectl`: what people at a site type. Finds the command, reads its options, lets it run, answers its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  endQuietlyOnClosedPipe();
  const words = leadingWords(argv);
  const entry = findCommand(words);
  if (entry === undefined) return withoutCommand(argv, words);
  const { command } = await entry.load();
  const parsed = readOptions(argv, command);
  if (typeof parsed === "string") {
    process.stderr.write(`${parsed}\n`);
    return exitCodes.usage;
  }
  if (parsed.values["help"] === true) {
    process.stdout.write(`${helpFor(entry, command)}\n`);
    return exitCodes.ok;
  }
  const rest = parsed.positionals.slice(Math.min(words.length, entry.name.split(" ").length));
  return command.run(contextFor(entry, command, rest, optionsOf(parsed.values)));
}

function withoutCommand(argv: readonly string[], words: readonly string[]): number {
  const asksForHelp = argv.includes("--help") || argv.includes("-h");
  if (words.length === 0) {
    process.stdout.write(`${overview()}\n`);
    return asksForHelp ? exitCodes.ok : exitCodes.usage;
  }
  const family = commandEntries.filter(({ name }) => name.startsWith(`${words[0]} `)).map(({ name }) => name);
  const hint = family.length > 0 ? `did you mean ${family.join(", ")}?` : "sitectl --help lists them";
  process.stderr.write(`no command "${words.join(" ")}"; ${hint}\n`);
  return exitCodes.usage;
}

/** The words that are no options and no values of common options: the command's name and what follows. */
function leadingWords(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? "";
    if (word === "--") break;
    if (!word.startsWith("-")) words.push(word);
    else if (commonOptions[word.slice(2)]?.value !== undefined) i++;
    else if (words.length > 0) break;
  }
  return words;
}

/** The longest name that fits: `limit set` before `limit`; a family alone means its list, `alarms` is `alarms ls`. */
function findCommand(words: readonly string[]): CommandEntry | undefined {
  const [family = "", second] = words;
  const names = [`${family} ${second}`, family, ...(second === undefined ? [`${family} ls`] : [])];
  for (const name of names) {
    const entry = commandEntries.find((candidate) => candidate.name === name);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

function readOptions(argv: readonly string[], command: Command) {
  const all: Record<string, OptionSpec> = { ...command.options, ...commonOptions };
  const options = Object.fromEntries(
    Object.entries(all).map(([name, { value, multiple = false }]) => [
      name,
      {
        type: value === undefined ? ("boolean" as const) : ("string" as const),
        multiple,
        ...(name === "help" && { short: "h" }),
      },
    ]),
  );
  try {
    return parseArgs({ args: withNegativeNumbers(argv), allowPositionals: true, options }) as {
      readonly values: Values;
      readonly positionals: readonly string[];
    };
  } catch (cause) {
    const said = (cause instanceof Error ? cause.message : String(cause)).split(/[.\n]/)[0];
    return `${said}; --help lists the options`;
  }
}

/** `--min-mw -2` means what it says; `why-not -2` too. */
function withNegativeNumbers(argv: readonly string[]): string[] {
  const args: string[] = [];
  const numbers: string[] = [];
  for (const word of argv) {
    const before = args.at(-1) ?? "";
    if (!/^-\d/.test(word)) args.push(word);
    else if (/^--[a-z]/.test(before) && !before.includes("=")) args[args.length - 1] = `${before}=${word}`;
    else numbers.push(word);
  }
  if (numbers.length === 0) return args;
  return args.includes("--") ? [...args, ...numbers] : [...args, "--", ...numbers];
}

const optionsOf = (values: Values): Options => ({
  json: values["json"] === true,
  by: typeof values["by"] === "string" ? values["by"] : userName(),
  text: (name) => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  },
  texts: (name) => {
    const value = values[name];
    return Array.isArray(value) ? value.map(String) : [];
  },
  flag: (name) => values[name] === true,
  number: (name) => {
    const value = values[name];
    if (value === undefined) return null;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
    return Number.isFinite(number) ? number : undefined;
  },
});

function contextFor(entry: CommandEntry, command: Command, words: readonly string[], options: Options): CommandContext {
  const { stdout } = process;
  // A person's terminal breaks no words; a log keeps its lines.
  const say = (text: string) => {
    const lines = process.stderr.isTTY === true ? text.split("\n").flatMap((line) => wrap(line, 80, "  ")) : [text];
    process.stderr.write(`${lines.join("\n")}\n`);
  };
  let found: FoundSite | undefined;
  const findSite = () => {
    found ??= search(options, say);
    return found;
  };
  return {
    name: entry.name,
    words,
    options,
    look: lookFor({ isTTY: stdout.isTTY === true, columns: stdout.columns, rows: stdout.rows }, process.env, {
      plain: options.flag("plain"),
    }),
    findSite,
    ask: async (request) => {
      const site = findSite();
      return site === undefined ? { ok: false, exitCode: exitCodes.unreachable } : ask(site, request, options, say);
    },
    print: (lines) => void stdout.write(`${lines.join("\n")}\n`),
    printJson: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    say,
    progress: (line) => {
      if (process.stderr.isTTY === true) say(line);
    },
    usage: (sentence) => {
      say(`${sentence}\nusage: sitectl ${entry.name} ${command.usage}`.trimEnd());
      return exitCodes.usage;
    },
  };
}

function search(options: Options, say: (line: string) => void): FoundSite | undefined {
  const found = findSocket({
    socket: options.text("socket"),
    site: options.text("site"),
    environment: process.env,
    folders: [...andAbove(process.cwd()), ...andAbove(import.meta.dirname)],
  });
  const remark = found.ok ? found.note : found.sentence;
  if (remark !== undefined) say(remark);
  return found.ok ? { path: found.path } : undefined;
}

async function ask(
  { path }: FoundSite,
  request: SiteRequest,
  options: Options,
  say: (line: string) => void,
): Promise<Asked> {
  const answer = await askSite(path, request);
  if (!answer.ok) {
    say(unansweredWords(answer.error));
    return { ok: false, exitCode: unansweredCode(answer.error) };
  }
  const error = answer.value["error"] as CodedError | undefined;
  if (error === undefined) return { ok: true, report: answer.value };
  if (options.json) process.stdout.write(`${JSON.stringify(answer.value)}\n`);
  if (error.code === "second-person.waiting") {
    const { id, untilMs } = error as unknown as { readonly id: string; readonly untilMs: number };
    say(`nothing was changed yet: this takes a second person, until ${timeOf(untilMs)}`);
    say("let them type, as their own user:");
    say(`  sitectl approve ${id} --reason TEXT`);
    return { ok: false, exitCode: exitCodes.confirmationNeeded };
  }
  say(`refused: ${refusalWords(error)}`);
  return {
    ok: false,
    exitCode: error.code === "operator.not-permitted" ? exitCodes.notPermitted : exitCodes.refused,
  };
}

function unansweredWords({ code, path, detail }: AskError): string {
  switch (code) {
    case "site.silent":
      return `the agent did not answer (${path}); what became of the request is not known: sitectl status`;
    case "site.not-permitted":
      return `you may not open ${path}; ask for membership in the group that owns it (ls -l ${path})`;
    case "site.malformed":
      return `what answers on ${path} is no agent: look who has the socket`;
    case "site.unreachable":
      return `no agent answers on ${path}: is the site running? (${detail})`;
  }
}

function unansweredCode({ code }: AskError): number {
  if (code === "site.silent") return exitCodes.timedOut;
  return code === "site.not-permitted" ? exitCodes.notPermitted : exitCodes.unreachable;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`; // A container's user may have no name.
  }
}

/** `| head` has seen enough. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCodes.ok);
    throw error;
  });
}
