import { type MonotonicMs, minutes, seconds, type UtcMs } from "@penstock/protocol/units";
import type { CoreState } from "../control/core-state.ts";
import type { SiteControlConfig } from "../control/site-control-config.ts";
import type { StepInput, UnitCommand } from "../control/step-types.ts";
import { ByteWriter } from "./byte-stream.ts";
import { TreeEncoder } from "./tree-encoder.ts";
import type { Tree } from "./tree-format.ts";

/** What a segment opens with: from here the core can run without anything that came before. */
export interface RecordingHeader {
  readonly version: 1;
  readonly control: SiteControlConfig;
  /** Before the segment's first cycle. */
  readonly state: CoreState;
}

/** One cycle: all that `step` was given, and what was written in the end. */
export interface RecordedCycle {
  readonly input: StepInput;
  readonly commands: readonly UnitCommand[];
  readonly latenessMs: number;
}

/** A piece of a recording on its way to the disk. Segments are named by when they begin. */
export interface RecordingChunk {
  readonly segmentMs: UtcMs;
  readonly isFirst: boolean;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Puts each cycle into bytes in the loop's own thread, because a copy of it would cost more, and hands them on once a
 * second: a process that is killed loses no more than that of its last moments. A segment is ten minutes.
 */
export class CycleRecorder {
  readonly #control: SiteControlConfig;
  readonly #emit: (chunk: RecordingChunk) => void;
  #segment: Segment | undefined;

  constructor(control: SiteControlConfig, emit: (chunk: RecordingChunk) => void) {
    this.#control = control;
    this.#emit = emit;
  }

  /** `state` is what the cycle began with. */
  add(state: CoreState, cycle: RecordedCycle): void {
    const { monotonicMs, nowMs } = cycle.input.image;
    if (this.#segment !== undefined && monotonicMs - this.#segment.startedMs >= SEGMENT_MS) this.end();
    this.#segment ??= this.#begin(state, monotonicMs, nowMs);
    const segment = this.#segment;
    segment.put(segment.cycles, cycle as unknown as Tree);
    if (monotonicMs - segment.chunkMs >= CHUNK_MS) this.#send(segment, monotonicMs);
  }

  /** Hands on what there is; the next cycle begins a new segment. */
  end(): void {
    if (this.#segment !== undefined) this.#send(this.#segment, this.#segment.chunkMs);
    this.#segment = undefined;
  }

  #begin(state: CoreState, monotonicMs: MonotonicMs, nowMs: UtcMs): Segment {
    const segment = new Segment(monotonicMs, nowMs);
    const header: RecordingHeader = { version: 1, control: this.#control, state };
    segment.put(segment.header, header as unknown as Tree);
    return segment;
  }

  #send(segment: Segment, monotonicMs: MonotonicMs): void {
    if (segment.out.length === 0) return;
    this.#emit({ segmentMs: segment.segmentMs, isFirst: segment.isFirst, bytes: segment.out.take() });
    segment.isFirst = false;
    segment.chunkMs = monotonicMs;
  }
}

const SEGMENT_MS = minutes(10);
const CHUNK_MS = seconds(1);

class Segment {
  readonly startedMs: MonotonicMs;
  readonly segmentMs: UtcMs;
  readonly out = new ByteWriter();
  readonly #entry = new ByteWriter();
  readonly header = new TreeEncoder(this.#entry);
  readonly cycles = new TreeEncoder(this.#entry);
  isFirst = true;
  chunkMs: MonotonicMs;

  constructor(startedMs: MonotonicMs, segmentMs: UtcMs) {
    this.startedMs = startedMs;
    this.segmentMs = segmentMs;
    this.chunkMs = startedMs;
  }

  /** Each entry after its length, so that a reader knows a whole one from a torn one. */
  put(encoder: TreeEncoder, tree: Tree): void {
    encoder.encode(tree);
    const entry = this.#entry.take();
    this.out.varint(entry.length);
    this.out.bytes(entry);
  }
}
