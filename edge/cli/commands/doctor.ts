import { examine, type Finding } from "../../doctor/examine.ts";
import { gatherFacts } from "../../doctor/gather-facts.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Look } from "../look.ts";
import { wrap } from "../words.ts";

export const command: Command = {
  usage: "[--all]",
  help: "Looks at control, devices, disk, link and box, and says what is wrong, why it\nmatters and what to do about it, the worst first. With --all also what is well. Changes nothing. Exit code\n0 well, 10 warnings, 11 something critical.",
  examples: [
    ["sitectl doctor"],
    ["sitectl doctor --all"],
    ["sitectl doctor --json | jq '.findings[] | select(.verdict != \"ok\")'"],
  ],
  options: { all: { text: "also what is well" } },
  run: async (context) => {
    const findings = examine(await gatherFacts(context));
    const worst = findings.some(({ verdict }) => verdict === "critical")
      ? exitCodes.critical
      : findings.some(({ verdict }) => verdict === "warning")
        ? exitCodes.warning
        : exitCodes.ok;
    if (context.options.json) context.printJson({ version: 1, findings });
    else context.print(findingLines(findings, context.options.flag("all"), context.look));
    return worst;
  },
};

const detail = (name: string, text: string): string[] => wrap(`            ${name}: ${text}`, 80, "                 ");

const order = ["critical", "warning", "unknown", "ok"] as const;
const marks = { critical: "✗ CRITICAL", warning: "! warning", unknown: "? unknown", ok: "✓ ok" } as const;

function findingLines(findings: readonly Finding[], all: boolean, { paint }: Look): string[] {
  const shown = findings
    .filter(({ verdict }) => all || verdict === "critical" || verdict === "warning")
    .toSorted((one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict));
  const counts = order.map(
    (verdict) => `${findings.filter((finding) => finding.verdict === verdict).length} ${verdict}`,
  );
  return [
    ...shown.flatMap(({ verdict, check, said, why, fix }) => {
      const isBad = verdict === "critical" || verdict === "warning";
      const head = wrap(`${marks[verdict].padEnd(10)}  ${check}: ${said}`, 80, "            ");
      return [
        ...(verdict === "critical" ? head.map(paint.alarm) : head),
        ...(isBad ? [...detail("why", why), ...detail("fix", fix)] : []),
      ];
    }),
    `${findings.length} checks: ${counts.join(", ")}${all ? "" : " (--all shows them)"}`,
  ];
}
