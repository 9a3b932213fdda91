import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Look } from "../look.ts";
import { showReport } from "../show-report.ts";
import { shorten } from "../words.ts";

export const command: Command = {
  usage: "[GLOB]",
  help: "Every metric the site reports, by the names used on the wire, with its value now.\nA unit's metrics stand under its id: unit-3/SoC.",
  examples: [["sitectl points"], ["sitectl points 'Power/*'"], ["sitectl points 'unit-*/SoC' --plain"]],
  run: async (context) => {
    const [glob = "*"] = context.words;
    const pattern = new RegExp(
      `^${glob
        .split("*")
        .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"))
        .join(".*")}$`,
    );
    return showReport<PointsReport>(
      context,
      { op: "points" },
      (report, look) => pointLines(report, pattern, look),
      ({ points }) => (points.some((point) => pattern.test(fullName(point))) ? exitCodes.ok : exitCodes.failure),
    );
  },
};

interface PointsReport {
  readonly points: readonly Point[];
}

interface Point {
  readonly name: string;
  readonly device: string | null;
  readonly value: unknown;
  readonly unit: string;
  readonly class: string;
  readonly text: string;
}

function pointLines({ points }: PointsReport, pattern: RegExp, { table }: Look): string[] {
  const chosen = points.filter((point) => pattern.test(fullName(point)));
  if (chosen.length === 0) return ["no point has such a name; sitectl points lists them all"];
  return table(
    ["point", ">value", "unit", "meaning"],
    chosen.map((point) => [
      fullName(point),
      shorten(valueWords(point.value), 18),
      point.unit === "1" ? "0..1" : point.unit.replace("degC", "°C"),
      shorten(point.text, 22),
    ]),
  );
}

const fullName = ({ name, device }: Point): string => (device === null ? name : `${device}/${name}`);

function valueWords(value: unknown): string {
  if (value === null) return "-";
  return typeof value === "number" ? String(Number(value.toPrecision(9))) : String(value);
}
