import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import type { RecordingChunk } from "./cycle-recorder.ts";
import type { FrequencyEvidence } from "./frequency-evidence.ts";

export interface SegmentFile {
  /** When it begins; also its name. */
  readonly startMs: UtcMs;
  readonly file: string;
  readonly bytes: number;
  /** False for the one being written, and for one whose writer was killed. */
  readonly isPacked: boolean;
}

export type FolderError = CodedError & { readonly code: `recorder.${string}` };

/**
 * The recorder's files: a segment grows as `<start>.rec` and is packed to `<start>.rec.zst` when the next begins. Over the
 * budget the oldest go first; evidence of frequency events has files of its own and a count of its own. Nothing here is
 * forced to the disk: it is worth much, and never worth a commit of the journal's waiting for it.
 */
export class RecordingFolder {
  readonly #folder: string;
  readonly #budgetBytes: number;
  #open: string | undefined;

  constructor(folder: string, budgetBytes: number) {
    this.#folder = folder;
    this.#budgetBytes = budgetBytes;
  }

  append({ segmentMs, isFirst, bytes }: RecordingChunk): Result<void, FolderError> {
    return attempt("recorder.cannot-write", () => {
      const file = join(this.#folder, `${segmentMs}.rec`);
      if (isFirst) this.#begin(file);
      // A segment whose beginning was lost cannot be read: the next one will do.
      if (this.#open === file) appendFileSync(file, bytes);
    });
  }

  keepEvidence(evidence: FrequencyEvidence): Result<void, FolderError> {
    return attempt("recorder.cannot-write", () => {
      const folder = join(this.#folder, "evidence");
      mkdirSync(folder, { recursive: true });
      const file = join(folder, `${evidence.id}.json`);
      writeFileSync(`${file}.new`, JSON.stringify(evidence));
      renameSync(`${file}.new`, file);
      const kept = readdirSync(folder).filter((name) => name.endsWith(".json"));
      for (const name of kept.toSorted().slice(0, -EVIDENCE_MAX)) rmSync(join(folder, name));
    });
  }

  #begin(file: string): void {
    mkdirSync(this.#folder, { recursive: true });
    // Also what a process before this one left unpacked.
    for (const segment of segmentsIn(this.#folder)) if (!segment.isPacked) pack(segment.file);
    writeFileSync(file, "");
    this.#open = file;
    const segments = segmentsIn(this.#folder);
    let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    for (const segment of segments) {
      if (bytes <= this.#budgetBytes || segment.file === file) break;
      rmSync(segment.file);
      bytes -= segment.bytes;
    }
  }
}

const EVIDENCE_MAX = 200;

/** What a folder holds, oldest first. */
export function segmentsIn(folder: string): readonly SegmentFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const match = /^(\d+)\.rec(\.zst)?$/.exec(name);
      if (match === null) return [];
      const file = join(folder, name);
      const startMs = Number(match[1]) as UtcMs;
      return [{ startMs, file, bytes: statSync(file).size, isPacked: match[2] !== undefined }];
    })
    .toSorted((a, b) => a.startMs - b.startMs);
}

/** A segment's bytes, for `readRecording`. */
export function readSegment({ file, isPacked }: SegmentFile): Result<Uint8Array, FolderError> {
  return attempt("recorder.cannot-read", () => {
    const bytes = readFileSync(file);
    return isPacked ? zstdDecompressSync(bytes) : bytes;
  });
}

export interface EvidenceFile {
  readonly id: string;
  readonly file: string;
}

/** The evidence a folder holds, oldest first. */
export function evidenceIn(folder: string): readonly EvidenceFile[] {
  const evidence = join(folder, "evidence");
  if (!existsSync(evidence)) return [];
  return readdirSync(evidence)
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .map((name) => ({ id: name.slice(0, -".json".length), file: join(evidence, name) }));
}

/** As it was frozen; what was not known has become null. */
export const readEvidence = ({ file }: EvidenceFile): Result<FrequencyEvidence, FolderError> =>
  attempt("recorder.cannot-read", () => JSON.parse(readFileSync(file, "utf8")) as FrequencyEvidence);

function pack(file: string): void {
  writeFileSync(`${file}.zst.new`, zstdCompressSync(readFileSync(file)));
  renameSync(`${file}.zst.new`, `${file}.zst`);
  rmSync(file);
}

function attempt<T>(code: FolderError["code"], action: () => T): Result<T, FolderError> {
  try {
    return ok(action());
  } catch (cause) {
    return fail({ code, detail: cause instanceof Error ? cause.message : String(cause) });
  }
}
