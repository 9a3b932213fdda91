import type { Explanation } from "../../explanations/index.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { wrap } from "../words.ts";

export const command: Command = {
  usage: "CODE | --list",
  help: "Any event, alarm, limit or error code: what happened, what the system did, what to\ndo. Needs no agent and no network.",
  examples: [["sitectl explain sync.offline"], ["sitectl explain grid-connection"], ["sitectl explain --list"]],
  options: { list: { text: "every code with its kind" } },
  run: async (context) => {
    const { options, look } = context;
    const { explain, explanations } = await import("../../explanations/index.ts");
    if (options.flag("list")) {
      const rows = explanations.map(({ code, kind, priority }) => [code, kind, priority ?? ""]);
      if (options.json) context.printJson({ version: 1, codes: explanations });
      else context.print(look.table(["code", "kind", "priority"], rows));
      return exitCodes.ok;
    }
    const [code] = context.words;
    if (code === undefined) return context.usage("which code? sitectl explain --list has them all");
    const found = explain(code);
    if (found === undefined) {
      const like = explanations.filter((one) => one.code.includes(code) || code.includes(one.code)).slice(0, 6);
      const hint =
        like.length === 0 ? "sitectl explain --list" : `did you mean ${like.map((one) => one.code).join(", ")}?`;
      context.say(`no code is called "${code}"; ${hint}`);
      return exitCodes.failure;
    }
    if (options.json) context.printJson({ version: 1, ...found });
    else context.print(explanationLines(found, look.paint.bold));
    return exitCodes.ok;
  },
};

function explanationLines(
  { code, kind, priority, happened, system, fix }: Explanation,
  bold: (text: string) => string,
) {
  return [
    `${bold(code)}   ${kind}${priority === undefined ? "" : `, ${priority} priority`}`,
    "",
    ...wrap(`what happened   ${happened}`, 80, "                "),
    ...wrap(`what was done   ${system}`, 80, "                "),
    ...wrap(`what to do      ${fix}`, 80, "                "),
  ];
}
