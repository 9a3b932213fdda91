import { describeError } from "@penstock/protocol/result";
import { readRecording } from "../../recorder/read-recording.ts";
import { readSegment, type SegmentFile, segmentsIn } from "../../recorder/recording-folder.ts";
import type { Difference } from "../../recorder/replay.ts";
import type { Command, CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { folderOption, recordingFolderOf } from "../recording-folder-of.ts";
import { bytes, durationMs, power } from "../words.ts";

export const command: Command = {
  usage: "[--since 2h] [--folder DIR]",
  help: "Runs this program's core over what was recorded, cycle by cycle, and compares every\ncommand to the last bit. The program that recorded differs nowhere; another version\ndiffers where it would have acted otherwise. Exit 1 when there is a difference.",
  examples: [
    ["sitectl replay --since 2h"],
    ["sitectl replay --folder /mnt/last-month --json", "what would the new version have done?"],
  ],
  options: { since: { value: "TIME", text: "only the last 15m, 2h or 3d" }, ...folderOption },
  run: async (context) => {
    const since = context.options.text("since");
    const sinceMs = since === undefined ? Number.POSITIVE_INFINITY : durationMs(since);
    if (sinceMs === undefined) return context.usage("--since must be like 15m, 2h or 3d");
    const found = await recordingFolderOf(context);
    if ("exitCode" in found) return found.exitCode;
    const segments = segmentsIn(found.folder).filter(({ startMs }) => startMs >= Date.now() - sinceMs - SEGMENT_MS);
    if (segments.length === 0) {
      context.say(`${found.folder} holds no recording of that time`);
      return exitCodes.failure;
    }
    context.progress(`replaying ${segments.length} segments of ${found.folder} …`);
    // The whole control core: not for somebody who only asks how this is used.
    const { replay } = await import("../../recorder/replay.ts");
    return replayAll(context, segments, replay);
  },
};

/** A segment that began this long before the time asked for may reach into it. */
const SEGMENT_MS = 600_000;

function replayAll(
  context: CommandContext,
  segments: readonly SegmentFile[],
  replay: typeof import("../../recorder/replay.ts").replay,
): number {
  let cycles = 0;
  let differences = 0;
  let unreadable = 0;
  let packedBytes = 0;
  let packedCycles = 0;
  let periodMs = 100;
  let first: Difference | undefined;
  for (const segment of segments) {
    const read = readSegment(segment);
    const recording = read.ok ? readRecording(read.value) : read;
    if (!recording.ok) {
      unreadable++;
      context.say(`${segment.file}: ${describeError(recording.error)}`);
      continue;
    }
    const result = replay(recording.value);
    cycles += result.cycles;
    differences += result.differences;
    first ??= result.first;
    periodMs = recording.value.header.control.periodMs;
    if (segment.isPacked) {
      packedBytes += segment.bytes;
      packedCycles += result.cycles;
    }
    if (process.stderr.isTTY) context.say(`${new Date(segment.startMs).toISOString()}: ${result.cycles} cycles`);
  }
  const bytesPerDay = packedCycles === 0 ? null : Math.round((packedBytes / packedCycles) * (86_400_000 / periodMs));
  if (context.options.json) {
    context.printJson({
      version: 1,
      segments: segments.length,
      unreadable,
      cycles,
      differences,
      first: first ?? null,
      bytesPerDay,
    });
  } else {
    context.print([
      `${cycles} cycles in ${segments.length} segments: ${differences === 0 ? "every command the same" : `${differences} differ`}`,
      ...(first === undefined ? [] : [firstLine(first)]),
      ...(bytesPerDay === null ? [] : [`a day of this site takes ${bytes(bytesPerDay)}`]),
    ]);
  }
  return differences === 0 && unreadable === 0 ? exitCodes.ok : exitCodes.failure;
}

const firstLine = ({ timeMs, unitId, recorded, replayed }: Difference): string =>
  `first at ${new Date(timeMs).toISOString()}, ${unitId}: ${power(recorded?.powerW)} then, ${power(replayed?.powerW)} now`;
