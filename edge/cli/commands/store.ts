import type { StoreStats } from "../../store/edge-store.ts";
import type { Command } from "../command.ts";
import type { Look } from "../look.ts";
import { showReport } from "../show-report.ts";
import { bytes } from "../words.ts";

export const command: Command = {
  usage: "",
  help: "How much is on disk, how much of it the cloud has not committed yet, and how full\nthe budget is. When it is full the oldest telemetry is thinned; settlement,\nevents and audit never are.",
  examples: [["sitectl store"], ["sitectl store --json | jq .telemetryBytes"]],
  run: (context) => showReport<StoreReport>(context, { op: "store" }, storeLines),
};

type StoreReport = StoreStats & {
  readonly file: string;
  readonly storing: boolean;
  readonly heldRecords: number;
};

function storeLines(report: StoreReport, { paint, table }: Look): string[] {
  const { file, storing, heldRecords, fileBytes, telemetryBytes, budgetBytes, stored, acknowledged } = report;
  const share = budgetBytes > 0 ? (telemetryBytes / budgetBytes) * 100 : 0;
  return [
    `file     ${file}, ${bytes(fileBytes)}`,
    `state    ${storing ? "storing" : paint.alarm("NOT STORING: sitectl explain store.unavailable")}`,
    ...(heldRecords > 0 ? [`memory   ${heldRecords} records that no disk has`] : []),
    `budget   ${bytes(telemetryBytes)} of ${bytes(budgetBytes)} waiting (${share.toFixed(1)} %)`,
    "",
    ...table(
      ["stream", ">last", ">committed by host", ">waiting"],
      Object.entries(stored).map(([name, last]) => {
        const upTo = acknowledged[name as keyof typeof acknowledged];
        return [name, String(last), String(upTo), String(Math.max(0, last - upTo))];
      }),
    ),
  ];
}
