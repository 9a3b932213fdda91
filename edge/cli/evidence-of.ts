import { describeError } from "@penstock/protocol/result";
import type { FrequencyEvidence } from "../recorder/frequency-evidence.ts";
import { evidenceIn, readEvidence } from "../recorder/recording-folder.ts";
import type { CommandContext } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import { recordingFolderOf } from "./recording-folder-of.ts";

/** The event that is meant: named by the first word, else the newest. A failure has been said. */
export async function evidenceOf(
  context: CommandContext,
): Promise<{ readonly evidence: FrequencyEvidence } | { readonly exitCode: number }> {
  const found = await recordingFolderOf(context);
  if ("exitCode" in found) return found;
  const files = evidenceIn(found.folder);
  const [wanted] = context.words;
  const file = wanted === undefined ? files.at(-1) : files.find(({ id }) => id === wanted);
  if (file === undefined) {
    context.say(
      wanted === undefined
        ? "no frequency event was frozen (evidence: in the site's file says beyond which frequency one is)"
        : `no event ${wanted}; sitectl evidence ls lists them`,
    );
    return { exitCode: exitCodes.failure };
  }
  const read = readEvidence(file);
  if (read.ok) return { evidence: read.value };
  context.say(`${file.file}: ${describeError(read.error)}`);
  return { exitCode: exitCodes.failure };
}
