import type { FrequencyEvidence } from "../../recorder/frequency-evidence.ts";
import type { Command } from "../command.ts";
import { evidenceOf } from "../evidence-of.ts";
import { exitCodes } from "../exit-codes.ts";
import { folderOption } from "../recording-folder-of.ts";
import { power, table } from "../words.ts";

export const command: Command = {
  usage: "[EVENT] [--folder DIR]",
  help: "What the batteries did beside what the contracted curves asked for; the newest event\nunless one is named. Response: what the batteries did beyond the wish before services.",
  examples: [["sitectl evidence show"], ["sitectl evidence show 20260101T120000.100Z"]],
  options: folderOption,
  run: async (context) => {
    const found = await evidenceOf(context);
    if ("exitCode" in found) return found.exitCode;
    const { evidence } = found;
    if (context.options.json) {
      const { fast, slow, ...summary } = evidence;
      context.printJson({ ...summary, fastRows: fast.length, slowRows: slow.length });
    } else context.print(lines(evidence));
    return exitCodes.ok;
  },
};

function lines({
  id,
  siteId,
  triggerHz,
  isComplete,
  services,
  response,
  columns,
  fast,
  slow,
}: FrequencyEvidence): string[] {
  const at = (name: (typeof columns)[number]) => columns.indexOf(name);
  const wantedS = [-1, 0, 0.5, 1, 2, 5, 10, 30, 60];
  const rows = wantedS.flatMap((wanted) => {
    const row = fast.find(([sinceS = 0]) => sinceS >= wanted);
    if (row === undefined) return [];
    return [
      [
        `${wanted} s`,
        row[at("frequencyHz")]?.toFixed(3) ?? "-",
        power(row[at("gridPowerW")]),
        power(row[at("batteryPowerW")]),
        power(row[at("contractedResponseW")]),
      ],
    ];
  });
  return [
    `${siteId} ${id}: ${triggerHz.toFixed(3)} Hz${isComplete ? "" : ", the ten minutes are not over yet"}`,
    `contracted  ${services.map(({ service, contractedW }) => `${service} ${power(contractedW)}`).join(", ") || "nothing"}`,
    ...(response === undefined || response === null
      ? []
      : [
          `response    ${power(response.measuredPeakW)} of ${power(response.contractedPeakW)}, half of it ${
            response.halfAfterS === null ? "never" : `after ${response.halfAfterS} s`
          }`,
          `error       ${power(response.meanErrorW, { signed: false })} on average, worst shortfall ${power(response.worstShortfallW, { signed: false })}`,
        ]),
    `samples     ${fast.length} around the event, ${slow.length} of a second each`,
    "",
    ...table([">since", ">Hz", ">grid", ">battery", ">curve asks"], rows),
  ];
}
