import type { Command } from "../command.ts";
import type { DevicesReport } from "../devices-report.ts";
import type { Look } from "../look.ts";
import { showReport } from "../show-report.ts";
import { shorten, wrap } from "../words.ts";

export const command: Command = {
  usage: "",
  help: "Where each device is, how the talk with it goes, and the last that went wrong.",
  examples: [
    ["sitectl devices ls"],
    ["sitectl devices ls --json | jq '.devices[] | select(.talk.state != \"ready\")'"],
  ],
  run: async (context) => {
    // Loaded while the site answers, and only for somebody who reads.
    const loading = context.options.json ? undefined : import("../../explanations/index.ts");
    const words = await loading;
    return showReport<DevicesReport>(context, { op: "devices" }, (report, look) =>
      deviceLines(report, look, (code) => words?.explain(code)?.fix),
    );
  },
};

type FixOf = (code: string) => string | undefined;

function deviceLines({ devices }: DevicesReport, { table }: Look, fixOf: FixOf): string[] {
  const troubled = devices.filter(({ talk }) => talk?.lastError !== undefined && talk.lastError !== null);
  return [
    ...table(
      ["device", "driver", "address", "state", ">age", ">lost", ">refused"],
      devices.map(({ id, driver, address, talk, readings }) => [
        id,
        driver,
        shorten(address.replace("opc.tcp://", ""), 22),
        talk?.state ?? stateFromReadings(readings),
        talk?.lastReadAgeMs === undefined || talk.lastReadAgeMs === null ? "-" : `${Math.round(talk.lastReadAgeMs)} ms`,
        talk === null ? "-" : String(talk.timeouts),
        talk === null ? "-" : String(talk.exceptions),
      ]),
    ),
    ...paragraph(flawLines(devices)),
    ...paragraph(troubleLines(troubled, fixOf)),
  ];
}

const paragraph = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ["", ...lines]);

/** What a device that answers says it does not know, and why. */
function flawLines(devices: DevicesReport["devices"]): string[] {
  const talking = devices.filter(({ talk }) => talk?.state === "ready");
  const flaws = talking.flatMap(({ id, readings }) =>
    Object.entries(readings).flatMap(([name, { quality, cause }]) =>
      quality === "good" || cause === null || IS_NO_FLAW.test(cause)
        ? []
        : [[`${quality}: ${cause}`, id, name] as const],
    ),
  );
  const byCause = Map.groupBy(flaws, ([cause, id]) => `${id} ${cause}`);
  return [...byCause.values()].flatMap((group) => {
    const [[cause = "", id = ""] = []] = group;
    return wrap(`${id}  ${group.map(([, , name]) => name).join(", ")} ${cause}`, 80, "    ");
  });
}

/** What a device never had, or was only just found. */
const IS_NO_FLAW = /^(not in the device's map|never read|not implemented|no value|not a number)/;

/** Two hundred units that were lost at once are one line, with the first one's figures; who is still in trouble is told what to do. */
function troubleLines(troubled: DevicesReport["devices"], fixOf: FixOf): string[] {
  const kinds = Map.groupBy(troubled, ({ talk }) => codeOf(talk?.lastError));
  return [...kinds].flatMap(([code, devices]) => {
    const [first] = devices;
    const others = devices.length - 1;
    const who = `${first?.id}${others === 0 ? "" : ` and ${others} more`}`;
    const isOver = devices.every(({ talk }) => talk?.state === "ready");
    const fix = isOver ? undefined : fixOf(code);
    return [
      ...wrap(`${who}  last: ${first?.talk?.lastError}`, 80, "    "),
      ...(fix === undefined ? [] : wrap(`    what to do: ${fix}`, 80, "    ")),
    ];
  });
}

const codeOf = (error: string | undefined): string => (error ?? "").split(" ")[0] ?? "";

/** A plant controller whose reader has not said anything yet. */
function stateFromReadings(readings: DevicesReport["devices"][number]["readings"]): string {
  const qualities = Object.values(readings).map(({ quality }) => quality);
  if (qualities.length === 0) return "unknown";
  return qualities.every((quality) => quality === "good") ? "ready" : "bad reads";
}
