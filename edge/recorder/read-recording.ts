import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { ByteReader } from "./byte-stream.ts";
import type { RecordedCycle, RecordingHeader } from "./cycle-recorder.ts";
import { TreeDecoder } from "./tree-decoder.ts";

/** One segment as it was recorded. */
export interface Recording {
  readonly header: RecordingHeader;
  /** In order; made one by one, for a segment in full is thousands of images. */
  cycles(): Generator<RecordedCycle>;
}

export type RecordingError = CodedError & { readonly code: "recording.empty" | "recording.from-the-future" };

/**
 * Opens a segment's bytes, unpacked. A segment whose writer was killed may end in the middle of an entry: what is whole is
 * read. `cycles` throws on bytes that are damaged rather than cut off.
 */
export function readRecording(bytes: Uint8Array): Result<Recording, RecordingError> {
  const first = nextEntry(new ByteReader(bytes));
  if (first === undefined) return fail({ code: "recording.empty" });
  const header = new TreeDecoder().decode(first) as unknown as RecordingHeader;
  if (header.version !== 1) return fail({ code: "recording.from-the-future", version: header.version });
  return ok({
    header,
    *cycles() {
      const reader = new ByteReader(bytes);
      nextEntry(reader);
      const decoder = new TreeDecoder();
      for (let entry = nextEntry(reader); entry !== undefined; entry = nextEntry(reader)) {
        yield decoder.decode(entry) as unknown as RecordedCycle;
      }
    },
  });
}

function nextEntry(reader: ByteReader): Uint8Array | undefined {
  const length = reader.varint();
  return length === undefined ? undefined : reader.bytes(length);
}
