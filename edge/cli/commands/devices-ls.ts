import type { Command } from "../command.ts";
import type { DevicesReport } from "../devices-report.ts";
import type { Look } from "../look.ts";
import { showReport } from "../show-report.ts";
import { shorten } from "../words.ts";

export const command: Command = {
  usage: "",
  help: "Where each device is, how the talk with it goes, and the last that went wrong.",
  examples: [
    ["sitectl devices ls"],
    ["sitectl devices ls --json | jq '.devices[] | select(.talk.state != \"ready\")'"],
  ],
  run: (context) => showReport<DevicesReport>(context, { op: "devices" }, deviceLines),
};

function deviceLines({ devices }: DevicesReport, { table }: Look): string[] {
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
    ...(troubled.length === 0
      ? []
      : ["", ...troubleLines(troubled.map(({ id, talk }) => [id, String(talk?.lastError)]))]),
  ];
}

/** Two hundred units that were lost at once are one line, with the first one's figures. */
function troubleLines(troubles: readonly (readonly [string, string])[]): string[] {
  const kinds = new Map<string, { first: string; error: string; others: number }>();
  for (const [id, error] of troubles) {
    const code = error.split(" ")[0] ?? error;
    const known = kinds.get(code);
    if (known === undefined) kinds.set(code, { first: id, error, others: 0 });
    else known.others++;
  }
  return [...kinds.values()].map(({ first, error, others }) =>
    shorten(`${first}${others === 0 ? "" : ` and ${others} more`}  last: ${error}`, 80),
  );
}

/** A plant controller is read by a thread of its own that tells of values only. */
function stateFromReadings(readings: DevicesReport["devices"][number]["readings"]): string {
  const qualities = Object.values(readings).map(({ quality }) => quality);
  if (qualities.length === 0) return "unknown";
  return qualities.every((quality) => quality === "good") ? "ready" : "bad reads";
}
