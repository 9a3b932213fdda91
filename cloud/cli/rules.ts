import { instantOf } from "@penstock/protocol/time";
import { markets } from "../markets/index.ts";
import {
  type DatedRule,
  diffRules,
  type Rulebook,
  type RuleChange,
  type RuleValue,
  ruleAt,
} from "../markets/rulebook.ts";
import { endingsOf, offlineArguments } from "./offline-arguments.ts";

const endings = endingsOf("rules");
const { usage } = endings;

const HELP = `fleetctl rules show --market NAME [--on DATE] [--json]
fleetctl rules diff --market NAME --from DATE --to DATE [--json]

  show   what a market's rules say on a date (default: today), each with its source
  diff   what changed after --from and up to and on --to

  Markets: ${Object.keys(markets).join(", ")}. Dates are of the market's own calendar, 2025-07-01.
  A rule marked "unverified" is general knowledge or inferred: check its source before you depend on it.

  fleetctl rules diff --market nem --from 2024-01-01 --to 2025-12-31
  fleetctl rules show --market ercot --on 2026-01-01 --json | jq .rules`;

const text = { type: "string" } as const;
const options = { market: text, on: text, from: text, to: text } as const;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** `fleetctl rules`: the rulebooks by date, without an aggregator. */
export async function rulesCommand(argv: readonly string[]): Promise<number> {
  const parsed = offlineArguments(argv, { help: HELP, options, ...endings });
  if (typeof parsed === "number") return parsed;
  const { values, positionals } = parsed;
  const [verb, ...rest] = positionals;
  if ((verb !== "show" && verb !== "diff") || rest.length > 0) return usage('say "rules show" or "rules diff"');
  if (values.market === undefined) return usage(`--market is needed: one of ${Object.keys(markets).join(", ")}`);
  const market = Object.hasOwn(markets, values.market) ? markets[values.market] : undefined;
  if (market === undefined)
    return usage(`there is no market "${values.market}"; one of ${Object.keys(markets).join(", ")}`);
  const { rulebook } = market;
  if (verb === "show") {
    const on = values.on ?? new Date().toISOString().slice(0, 10);
    if (!isDate(on)) return usage(`--on is a date, 2025-07-01, not "${on}"`);
    return print(values.json, { version: 1, market: rulebook.marketId, on, rules: rulesOn(rulebook, on) }, showLines);
  }
  const { from, to } = values;
  if (from === undefined || !isDate(from)) return usage("--from is needed: a date, 2025-07-01");
  if (to === undefined || !isDate(to)) return usage("--to is needed: a date, 2025-07-01");
  if (from > to) return usage(`--from ${from} is after --to ${to}`);
  return print(
    values.json,
    { version: 1, market: rulebook.marketId, from, to, changes: diffRules(rulebook, from, to) },
    diffLines,
  );
}

interface RuleOn {
  readonly rule: string;
  readonly unit: string;
  readonly meaning: string;
  readonly value: RuleValue;
  readonly since: string;
  readonly source: string;
  readonly verified: boolean;
}

/** Rules in force at the start of a market day; those that do not exist yet are left out. */
function rulesOn(book: Rulebook, on: string): readonly RuleOn[] {
  const startMs = instantOf(book.zone, on, book.dayStartsAt);
  if (!startMs.ok) return [];
  return book.rules.flatMap((rule: DatedRule<RuleValue>) => {
    const value = ruleAt(book, rule, startMs.value);
    const version = rule.versions.findLast(({ from }) => from <= on);
    if (!value.ok || version === undefined) return [];
    const { name, unit, meaning } = rule;
    return [
      {
        rule: name,
        unit,
        meaning,
        value: value.value,
        since: version.from,
        source: version.source,
        verified: version.verified,
      },
    ];
  });
}

function print<T>(isJson: boolean, result: T, lines: (result: T) => readonly string[]): number {
  process.stdout.write(isJson ? `${JSON.stringify(result)}\n` : `${lines(result).join("\n")}\n`);
  return 0;
}

const showLines = ({
  market,
  on,
  rules,
}: {
  readonly market: string;
  readonly on: string;
  readonly rules: readonly RuleOn[];
}) =>
  rules.length === 0
    ? [`${market} has no rules on record for ${on}`]
    : rules.flatMap(({ rule, value, unit, meaning, since, source, verified }) => [
        `${rule}  ${words(value)} ${unit}`.trimEnd(),
        `    ${meaning}`,
        `    since ${since}: ${source}${verified ? "" : " (unverified)"}`,
      ]);

const diffLines = ({
  market,
  from,
  to,
  changes,
}: {
  readonly market: string;
  readonly from: string;
  readonly to: string;
  readonly changes: readonly RuleChange[];
}) =>
  changes.length === 0
    ? [`nothing changed in ${market} from ${from} to ${to}`]
    : changes.flatMap(({ rule, from: since, before, after, unit, source, verified }) => [
        `${since}  ${rule}: ${before === undefined ? "new, " : `${words(before)} -> `}${words(after)} ${unit}`.trimEnd(),
        `            ${source}${verified ? "" : " (unverified)"}`,
      ]);

const words = (value: RuleValue): string =>
  Array.isArray(value) ? value.join(", ") : value === undefined ? "none" : String(value);

const isDate = (text: string): boolean => DATE.test(text) && Number.isFinite(Date.parse(text));
