import type { ReadingField } from "../../agent/reading-fields.ts";
import type { Command } from "../command.ts";
import { countOption } from "../command.ts";
import { live } from "../live.ts";
import type { Look } from "../look.ts";
import { percent, power, signNote, timeOf, wrap } from "../words.ts";

export const command: Command = {
  usage: "[--watch] [--count N]",
  help: "One line a unit: measured, commanded, charge, what the BMS allows each way, state.\nA reading marked ~ is stale, - is missing; the causes stand below.",
  examples: [["sitectl units"], ["sitectl units --watch"], ["sitectl units --plain | cut -f1,4", "for a spreadsheet"]],
  options: { ...countOption, watch: { text: "again every second, in place" } },
  run: (context) =>
    live(withoutRedraw(context), {
      everyMs: 1_000,
      frame: async () => {
        const asked = await context.ask({ op: "units" });
        if (!asked.ok) return asked;
        return { ok: true, json: asked.report, lines: unitLines(asked.report as unknown as UnitsReport, context.look) };
      },
    }),
};

/** Without --watch it is one screen that stays. */
function withoutRedraw(context: Parameters<Command["run"]>[0]): Parameters<Command["run"]>[0] {
  const { options, look } = context;
  if (options.flag("watch")) return context;
  const once = {
    ...options,
    number: (name: string) => (name === "count" ? (options.number(name) ?? 1) : options.number(name)),
  };
  return { ...context, options: once, look: { ...look, redraws: false } };
}

export interface UnitsReport {
  readonly site: string;
  readonly timeMs: number;
  readonly units: readonly UnitFields[];
}

type UnitFields = { readonly id: string } & Readonly<Record<string, ReadingField>>;

function unitLines({ site, timeMs, units }: UnitsReport, { paint, table }: Look): string[] {
  if (units.length === 0) return [`${site}: the control loop has not reported yet`];
  const causes = units.flatMap(({ id, ...readings }) => badReadings(id, readings));
  return [
    paint.bold(`${site}  ${timeOf(timeMs)}`) + paint.dim(`   ${signNote}`),
    "",
    ...table(
      ["unit", ">power", ">setpoint", ">charge", ">may charge", ">may give", ">°C", "state", "control"],
      units.map((unit) => [
        unit.id,
        marked(unit["powerW"], power),
        marked(unit["setpointW"], power),
        marked(unit["soc"], percent),
        marked(unit["chargeWMax"], (value) => power(value, { signed: false })),
        marked(unit["dischargeWMax"], (value) => power(value, { signed: false })),
        marked(unit["temperatureC"], (value) => value.toFixed(0)),
        String(unit["state"]?.value ?? "unknown"),
        unit["remote"]?.value === true ? "remote" : unit["remote"]?.value === false ? "LOCAL" : "unknown",
      ]),
    ),
    ...(causes.length === 0 ? [] : ["", ...causes]),
  ];
}

function marked(field: ReadingField | undefined, words: (value: number) => string): string {
  if (typeof field?.value !== "number") return "-";
  return field.quality === "stale" ? `~${words(field.value)}` : words(field.value);
}

/** One line for all readings of a unit that are bad for the same reason. */
function badReadings(id: string, readings: Readonly<Record<string, ReadingField>>): string[] {
  const byCause = new Map<string, string[]>();
  for (const [name, field] of Object.entries(readings)) {
    if (field.cause === null || field.cause === undefined) continue;
    const cause = `${field.quality}: ${field.cause}`;
    byCause.set(cause, [...(byCause.get(cause) ?? []), name]);
  }
  return [...byCause].flatMap(([cause, names]) => wrap(`${id}  ${names.join(", ")} ${cause}`, 80, "    "));
}
