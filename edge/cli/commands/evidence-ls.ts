import type { FrequencyEvidence } from "../../recorder/frequency-evidence.ts";
import { evidenceIn, readEvidence } from "../../recorder/recording-folder.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { folderOption, recordingFolderOf } from "../recording-folder-of.ts";
import { power, table } from "../words.ts";

export const command: Command = {
  usage: "[--folder DIR]",
  help: "Each time the frequency left the band of `evidence` in the site's configuration, the\nmeter's frequency and power were frozen: 5 s before, 60 s and 10 min after.",
  examples: [["sitectl evidence ls"]],
  options: folderOption,
  run: async (context) => {
    const found = await recordingFolderOf(context);
    if ("exitCode" in found) return found.exitCode;
    const events = evidenceIn(found.folder).flatMap((file) => {
      const read = readEvidence(file);
      return read.ok ? [summaryOf(read.value)] : [];
    });
    if (context.options.json) context.printJson({ version: 1, folder: found.folder, events });
    else if (events.length === 0)
      context.print([
        "no frequency event was frozen; evidence: in the site's file says beyond which",
        "frequency one is",
      ]);
    else {
      const rows = events.map(({ id, triggerHz, extremeHz, contractedPeakW, measuredPeakW, isComplete }) => [
        id,
        `${triggerHz.toFixed(3)}`,
        extremeHz === null ? "-" : extremeHz.toFixed(3),
        power(contractedPeakW),
        power(measuredPeakW),
        isComplete ? "" : "goes on",
      ]);
      context.print(table(["event", ">Hz", ">extreme", ">contracted", ">measured", ""], rows));
    }
    return exitCodes.ok;
  },
};

const summaryOf = ({ id, triggerMs, triggerHz, isComplete, services, response }: FrequencyEvidence) => ({
  id,
  triggerMs,
  triggerHz,
  isComplete,
  services: services.map(({ service }) => service),
  extremeHz: response?.extremeHz ?? null,
  contractedPeakW: response?.contractedPeakW ?? null,
  measuredPeakW: response?.measuredPeakW ?? null,
});
