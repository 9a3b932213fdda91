import type { SiteRequest } from "./ask-site.ts";
import type { Look } from "./look.ts";

/** One thing `sitectl` can do. The file is named for the command: `limit set` lives in `commands/limit-set.ts`. */
export interface Command {
  /** What comes after `sitectl NAME`: `[--max-mw N] --reason TEXT`. Empty when there is nothing to say. */
  readonly usage: string;
  /** What a newcomer should know, in lines of at most 78 characters. */
  readonly help: string;
  /** What to type, and what it is for. The first is the simplest. */
  readonly examples: readonly Example[];
  /** Options of its own, beside the common ones. */
  readonly options?: Readonly<Record<string, OptionSpec>>;
  /** Answers with the exit code. */
  run(context: CommandContext): Promise<number>;
}

export type Example = readonly [line: string, purpose?: string];

export interface OptionSpec {
  /** What stands for the value in the help, `TEXT`; without one the option is a flag. */
  readonly value?: string;
  readonly text: string;
  /** May be given several times. */
  readonly multiple?: true;
}

/** One line of the index: what the overview prints without loading the command. */
export interface CommandEntry {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** What a command gets to work with: what was typed, a door to the site, and a place to print. */
export interface CommandContext {
  readonly name: string;
  /** Words after the command's name. */
  readonly words: readonly string[];
  readonly options: Options;
  readonly look: Look;
  /** Which site is meant. Undefined after having said why there is none. */
  findSite(): FoundSite | undefined;
  /** One question to the site that is meant. A failure has been said and is the exit code. */
  ask(request: SiteRequest): Promise<Asked>;
  /** For results: stdout. */
  print(lines: readonly string[]): void;
  /** The one object of `--json`. */
  printJson(value: unknown): void;
  /** For everything that is no result: stderr. */
  say(line: string): void;
  /** What a person at a terminal is told at once, while they wait; a script's log is spared it. */
  progress(line: string): void;
  /** Says how it is used, and is exit code 2. */
  usage(sentence: string): number;
}

export type Asked =
  | { readonly ok: true; readonly report: Record<string, unknown> }
  | { readonly ok: false; readonly exitCode: number };

export interface FoundSite {
  readonly path: string;
}

/** What was typed behind the dashes. */
export interface Options {
  readonly json: boolean;
  /** Who is asking: `--by`, else the user who is logged in. */
  readonly by: string;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
  /** A number; null when it was not given, undefined when it is no number. */
  number(name: string): number | null | undefined;
}

/** Options several commands share, worded once. */
export const reasonOption: Readonly<Record<string, OptionSpec>> = {
  reason: { value: "TEXT", text: "why; goes into the audit log" },
};
export const confirmOption: Readonly<Record<string, OptionSpec>> = {
  confirm: { value: "SITE", text: "the site's name, typed for a script" },
};
export const limitOption: Readonly<Record<string, OptionSpec>> = {
  limit: { value: "N", text: "how many at most (default 20)" },
};
export const countOption: Readonly<Record<string, OptionSpec>> = {
  count: { value: "N", text: "end after N times" },
};
