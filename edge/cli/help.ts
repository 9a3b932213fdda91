import type { Command, CommandEntry, OptionSpec } from "./command.ts";
import { commandEntries } from "./commands/index.ts";
import { wrap } from "./words.ts";

export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  site: { value: "NAME", text: "which site, when several run here" },
  socket: { value: "PATH", text: "its socket, instead of a name (also PENSTOCK_SOCKET)" },
  json: { text: "one object on one line, with its version" },
  plain: { text: "tables as tab-separated values, no colour" },
  by: { value: "NAME", text: "who is asking, for the audit log" },
  help: { text: "after a command: more" },
};

/** `sitectl --help`: every command in its group. */
export function overview(): string {
  const width = Math.max(...commandEntries.map(({ name }) => name.length));
  const groups = [...new Set(commandEntries.map(({ group }) => group))];
  const listed = groups.flatMap((group) => [
    `${group}:`,
    ...commandEntries
      .filter((entry) => entry.group === group)
      .map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
  ]);
  return `sitectl COMMAND [--site NAME | --socket PATH] [--json | --plain]

What a battery site does, why, and what only people at the site may change.
Power leaving the site is positive: + is discharge and export.

${listed.join("\n")}

  sitectl status
  sitectl why --site feeder
  sitectl limit set --max-mw 2 --reason 'works on the line'
  sitectl explain sync.offline

sitectl COMMAND --help tells more. Exit codes: 0 ok, 1 failure, 2 usage,
3 unreachable, 4 refused, 5 confirmation needed, 6 not permitted, 7 timed out,
8 partial; with --check also 10 warnings, 11 critical.`;
}

/** `sitectl NAME --help`: what it does, every option, what to type. */
export function helpFor({ name, summary }: CommandEntry, { usage, help, examples, options = {} }: Command): string {
  const all = { ...options, ...commonOptions };
  const words = (option: string, { value }: OptionSpec) => `--${option}${value === undefined ? "" : ` ${value}`}`;
  const width = Math.max(...Object.entries(all).map(([option, spec]) => words(option, spec).length));
  const lineWidth = Math.max(...examples.map(([line]) => line.length));
  return [
    ...wrap(`sitectl ${name} ${usage}`.trimEnd(), columns, "        "),
    "",
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
    ...(help === "" ? [] : reflow(help)),
    "",
    ...examples.map(([line, purpose]) =>
      purpose === undefined
        ? `  ${line}`
        : lineWidth + purpose.length + 4 <= 80
          ? `  ${line.padEnd(lineWidth)}  ${purpose}`
          : `  ${line}\n      ${purpose}`,
    ),
    "",
    ...Object.entries(all).map(([option, spec]) => `  ${words(option, spec).padEnd(width)}  ${spec.text}`),
  ].join("\n");
}

const columns = 80;

/** Paragraphs are set anew to the width; lists, which have runs of spaces, keep their lines. */
const reflow = (help: string): string[] =>
  help.split("\n\n").flatMap((paragraph, index) => {
    const lines = paragraph.split("\n");
    const isList = lines.some((line) => /^ |\S {2,}\S/.test(line));
    const set = isList
      ? lines.flatMap((line) => wrap(line, columns, " ".repeat(/^ *\S+ */.exec(line)?.[0].length ?? 0)))
      : wrap(lines.join(" "), columns, "");
    return index === 0 ? set : ["", ...set];
  });
