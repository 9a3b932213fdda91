import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/** What every command that works on files takes. */
const common = {
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** A command's two ways to end badly, each one sentence on stderr: a mistake in the command (2), or the world said no (1). */
export interface Endings {
  readonly usage: (sentence: string) => number;
  readonly refuse: (sentence: string) => number;
}

export const endingsOf = (command: string): Endings => ({
  usage: (sentence) => said(`fleetctl ${command}: ${sentence}; fleetctl ${command} --help shows how`, 2),
  refuse: (sentence) => said(`fleetctl ${command}: ${sentence}`, 1),
});

type Parsed<T extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: T & typeof common }>
>;

/** Words and options as typed; a number is the exit code of a command that is over: help was asked for, or a mistake. */
export function offlineArguments<T extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  { help, options, usage }: { readonly help: string; readonly options: T } & Endings,
): Parsed<T> | number {
  let parsed: Parsed<T>;
  try {
    parsed = parseArgs({ args: [...argv], allowPositionals: true, options: { ...options, ...common } });
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
  if (!(parsed.values as { readonly help: boolean }).help) return parsed;
  process.stdout.write(`${help}\n`);
  return 0;
}

function said(sentence: string, code: number): number {
  process.stderr.write(`${sentence}\n`);
  return code;
}
