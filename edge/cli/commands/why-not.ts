import type { WhyNot } from "../../control/why-not.ts";
import type { Command } from "../command.ts";
import type { Look } from "../look.ts";
import { showReport } from "../show-report.ts";
import { interval, power, signNote, wrap } from "../words.ts";

export const command: Command = {
  usage: "MW",
  help: "Everything that would cut this power, the tightest first, and what is reachable now\nwithin every limit. Nothing is commanded. Exit code 4 when it is not reachable.",
  examples: [
    ["sitectl why-not 1.5", "why not 1.5 MW of discharge?"],
    ["sitectl why-not -2", "why not 2 MW of charge?"],
  ],
  run: async (context) => {
    const megawatts = Number(context.words[0] ?? Number.NaN);
    if (!Number.isFinite(megawatts)) return context.usage("which power? a number of megawatts, + = discharge");
    return showReport<WhyNotReport>(context, { op: "why-not", powerW: megawatts * 1e6 }, whyNotLines, (report) =>
      report.reachableW === report.wantedW ? 0 : 4,
    );
  },
};

const width = 80;

/** As JSON carries it: an open end is null. */
type WhyNotReport = Omit<WhyNot, "obstacles"> & {
  readonly site: string;
  readonly obstacles: readonly (Omit<WhyNot["obstacles"][number], "interval"> & {
    readonly interval: { readonly powerWMin: number | null; readonly powerWMax: number | null };
  })[];
};

function whyNotLines({ site, wantedW, nowW, reachableW, rampS, ruledBy, obstacles }: WhyNotReport, { paint }: Look) {
  return [
    `${paint.bold(site)}${paint.dim(`   ${signNote}`)}`,
    "",
    paint.bold(`wanted     ${power(wantedW)}`),
    `now        ${power(nowW)}`,
    reachableW === wantedW
      ? `reachable  ${power(reachableW)}: no limit is in the way, in ${rampS.toFixed(0)} s by the ramp`
      : paint.alarm(`reachable  ${power(reachableW)}, in ${rampS.toFixed(0)} s by the ramp`),
    ...wrap(`ruled by   ${ruledBy.source}, ${power(ruledBy.powerW)}: ${ruledBy.text}`, width, "           "),
    "",
    ...(obstacles.length === 0
      ? ["To get it that wish must be replaced: a lease, or sitectl mode manual."]
      : obstacles.flatMap(({ limit, interval: left, leavesW, text }) => [
          paint.bold(`${limit.padEnd(20)} leaves ${power(leavesW)} (${interval(left.powerWMin, left.powerWMax)})`),
          ...wrap(`    ${text}`, width, "    "),
        ])),
  ];
}
