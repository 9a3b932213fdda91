import type { WhyUnit } from "../../control/why-unit.ts";
import type { Command } from "../command.ts";
import type { Look } from "../look.ts";
import { showReport } from "../show-report.ts";
import { interval, power, signNote, wrap } from "../words.ts";

export const command: Command = {
  usage: "UNIT",
  help: "One unit's chain of the last cycle: its even share of what the site does, what each\nlimit left of its nameplate, and what it was told.",
  examples: [
    ["sitectl why-unit unit-3"],
    ["sitectl why-unit unit-3 --json | jq '.limits[].limit'", "only what holds it"],
  ],
  run: async (context) => {
    const [unit] = context.words;
    if (unit === undefined) return context.usage("which unit? sitectl units lists them");
    return showReport<WhyUnitReport>(context, { op: "why-unit", unit }, whyUnitLines);
  },
};

const width = 80;

/** As JSON carries it. */
type WhyUnitReport = WhyUnit & { readonly site: string };

function whyUnitLines(report: WhyUnitReport, { paint }: Look): string[] {
  const { site, unitId, evenShareW, limits, powerW, reactiveVar, because } = report;
  const last = limits.at(-1)?.left;
  return [
    `${paint.bold(`${site} ${unitId}`)}${paint.dim(`   ${signNote}`)}`,
    "",
    paint.bold(`even share  ${power(evenShareW)} of what the site does`),
    last === undefined
      ? "limits      none narrower than its nameplate"
      : `limits      leave ${interval(last.powerWMin, last.powerWMax)}`,
    ...limits.flatMap(({ limit, left, text }) => [
      `  ${limit.padEnd(18)} ${interval(left.powerWMin, left.powerWMax)}`,
      ...wrap(`    ${text}`, width, "    "),
    ]),
    paint.bold(`told        ${power(powerW)}${reactiveVar === 0 ? "" : `, ${(reactiveVar / 1e6).toFixed(2)} Mvar`}`),
    ...(because === undefined ? [] : wrap(`            ${because}`, width, "            ")),
  ];
}
