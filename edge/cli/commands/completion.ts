import type { Command, CommandEntry, OptionSpec } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";

export const command: Command = {
  usage: "bash|zsh|fish",
  help: "Prints a script that completes commands, options and site names.",
  examples: [
    ["source <(sitectl completion bash)"],
    [`sitectl completion zsh > "\${fpath[1]}/_sitectl"`],
    ["sitectl completion fish > ~/.config/fish/completions/sitectl.fish"],
  ],
  run: async (context) => {
    // Here, not above: this command stands in the index it reads.
    const { commandEntries } = await import("./index.ts");
    const { commonOptions } = await import("../help.ts");
    const shell = shells[context.words[0] ?? ""];
    if (shell === undefined) return context.usage("for which shell? bash, zsh or fish");
    const commands = await Promise.all(
      commandEntries.map(async (entry) => ({
        entry,
        options: { ...(await entry.load()).command.options, ...commonOptions },
      })),
    );
    context.print(shell(commands));
    return exitCodes.ok;
  },
};

interface Completable {
  readonly entry: CommandEntry;
  readonly options: Readonly<Record<string, OptionSpec>>;
}

const dashed = ({ options }: Completable): string =>
  Object.keys(options)
    .map((name) => `--${name}`)
    .join(" ");

/** First words, second words by first, and options by command. */
function wordTables(commands: readonly Completable[]) {
  const first = [...new Set(commands.map(({ entry }) => entry.name.split(" ")[0] ?? ""))];
  const second = new Map<string, string[]>();
  for (const { entry } of commands) {
    const [family = "", word] = entry.name.split(" ");
    if (word !== undefined) second.set(family, [...(second.get(family) ?? []), word]);
  }
  return { first, second };
}

function bash(commands: readonly Completable[]): string[] {
  const { first, second } = wordTables(commands);
  return [
    "_sitectl() {",
    `  local current=\${COMP_WORDS[COMP_CWORD]} first=\${COMP_WORDS[1]} second=\${COMP_WORDS[2]} words=`,
    "  if [[ $current == -* ]]; then",
    '    case "$first $second" in',
    ...commands
      .filter(({ entry }) => entry.name.includes(" "))
      .map((one) => `      "${one.entry.name}") words="${dashed(one)}" ;;`),
    "      *) case $first in",
    ...commands
      .filter(({ entry }) => !entry.name.includes(" "))
      .map((one) => `        ${one.entry.name}) words="${dashed(one)}" ;;`),
    '        *) words="--help" ;;',
    "      esac ;;",
    "    esac",
    `  elif [[ \${COMP_WORDS[COMP_CWORD-1]} == --site ]]; then`,
    `    words=$(ls "\${PENSTOCK_RUN_DIR:-.penstock/run}" 2>/dev/null | sed -n "s/\\.sock$//p" | grep -v "\\.")`,
    "  elif [[ $COMP_CWORD == 1 ]]; then",
    `    words="${first.join(" ")}"`,
    "  elif [[ $COMP_CWORD == 2 ]]; then",
    "    case $first in",
    ...[...second].map(([family, words]) => `      ${family}) words="${words.join(" ")}" ;;`),
    "    esac",
    "  fi",
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    "}",
    "complete -F _sitectl sitectl",
  ];
}

const zsh = (commands: readonly Completable[]): string[] => [
  "#compdef sitectl",
  "autoload -U +X bashcompinit && bashcompinit",
  ...bash(commands),
];

function fish(commands: readonly Completable[]): string[] {
  const { first, second } = wordTables(commands);
  const quote = (text: string) => `'${text.replaceAll("'", "\\'")}'`;
  return [
    "complete -c sitectl -f",
    ...first.map((word) => {
      const summary = commands.find(({ entry }) => entry.name === word)?.entry.summary;
      return `complete -c sitectl -n __fish_use_subcommand -a ${word}${summary === undefined ? "" : ` -d ${quote(summary)}`}`;
    }),
    ...[...second].flatMap(([family, words]) =>
      words.map((word) => {
        const summary = commands.find(({ entry }) => entry.name === `${family} ${word}`)?.entry.summary ?? "";
        return `complete -c sitectl -n '__fish_seen_subcommand_from ${family}' -a ${word} -d ${quote(summary)}`;
      }),
    ),
    ...commands.flatMap(({ entry, options }) =>
      Object.entries(options).map(
        ([name, { text, value }]) =>
          `complete -c sitectl -n '__fish_seen_subcommand_from ${entry.name.split(" ")[0]}' -l ${name}${value === undefined ? "" : " -x"} -d ${quote(text)}`,
      ),
    ),
  ];
}

const shells: Readonly<Record<string, (commands: readonly Completable[]) => string[]>> = { bash, zsh, fish };
