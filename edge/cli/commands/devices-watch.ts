import { type Command, countOption } from "../command.ts";
import type { DevicesReport } from "../devices-report.ts";
import { exitCodes } from "../exit-codes.ts";
import { live } from "../live.ts";
import type { Look } from "../look.ts";
import { shorten, timeOf } from "../words.ts";

export const command: Command = {
  usage: "DEVICE [--count N]",
  help: "Every reading the loop has of it: value, quality, age, and the cause when it is bad.",
  examples: [["sitectl devices watch unit-3"], ["sitectl devices watch meter-1 --json --count 10"]],
  options: countOption,
  run: (context) => {
    const [id] = context.words;
    if (id === undefined) return Promise.resolve(context.usage("which device? sitectl devices ls lists them"));
    return live(context, {
      everyMs: 1_000,
      frame: async () => {
        const asked = await context.ask({ op: "devices" });
        if (!asked.ok) return asked;
        const { timeMs, devices } = asked.report as unknown as DevicesReport;
        const device = devices.find((candidate) => candidate.id === id);
        if (device === undefined) {
          context.say(`there is no device "${id}"; there is ${devices.map((one) => one.id).join(", ")}`);
          return { ok: false, exitCode: exitCodes.failure };
        }
        const lines = readingLines(device, timeMs, context.look);
        return { ok: true, json: { version: 1, timeMs, ...device }, lines };
      },
    });
  },
};

function readingLines(device: DevicesReport["devices"][number], timeMs: number, { paint, table }: Look): string[] {
  const { id, driver, address, talk, readings } = device;
  return [
    `${paint.bold(`${id}  ${timeOf(timeMs)}`)}   ${driver} at ${address}`,
    talk === null
      ? ""
      : `${talk.state}, ${talk.requests} requests, ${talk.timeouts} timeouts, ${talk.exceptions} exceptions`,
    "",
    ...table(
      ["reading", ">value", "quality", ">age", "cause"],
      Object.entries(readings).map(([name, { value, quality, ageMs, cause }]) => [
        name,
        valueWords(value),
        quality,
        ageMs === null ? "-" : `${ageMs} ms`,
        shorten(cause ?? "", 28),
      ]),
    ),
  ];
}

function valueWords(value: unknown): string {
  if (value === null) return "-";
  if (typeof value === "number") return String(Number(value.toPrecision(7)));
  if (typeof value !== "object") return String(value);
  return shorten(
    Object.values(value)
      .map((part) => (part === null ? "open" : String(part)))
      .join(" … "),
    24,
  );
}
