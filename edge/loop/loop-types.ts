import type { CodedError } from "@penstock/protocol/result";
import type { MonotonicMs, Ms, UtcMs, W } from "@penstock/protocol/units";
import type { EnergyLedger } from "../control/energy-ledger.ts";
import type { AgcSignal, PlantImage, PowerInterval, SiteImage } from "../control/image.ts";
import type { Explanation, Grant, Latches } from "../control/step-types.ts";
import type { RecordingChunk } from "../recorder/cycle-recorder.ts";
import type { FrequencyEvidence } from "../recorder/frequency-evidence.ts";
import type { NewRecord } from "../store/edge-store.ts";
import type { LoopAnswer, LoopQuestion } from "./loop-question.ts";
import type { Stage } from "./stage-watch.ts";

/** What may be told to the loop. It lands in the next image; nothing acts at once. Plain data: it crosses a thread. */
export type LoopInput =
  | { readonly type: "grants"; readonly grants: readonly Grant[] }
  | { readonly type: "latches"; readonly latches: Latches }
  | { readonly type: "plant"; readonly reading: PlantReading }
  /** The plant controller cannot be read, and why: a code of `opc-ua.…`; so until the next reading. */
  | { readonly type: "plant-lost"; readonly error: CodedError }
  | { readonly type: "question"; readonly id: number; readonly question: LoopQuestion }
  /** What an earlier process had counted, from the disk. */
  | { readonly type: "ledger"; readonly ledger: EnergyLedger }
  | { readonly type: "stop" };

/** Plant-controller values with the moment they were really read; `undefined` fields were bad or unreadable. */
export interface PlantReading {
  readonly readAtMonotonicMs: MonotonicMs;
  readonly breakerClosed: boolean | undefined;
  readonly transformerTemperatureC: number | undefined;
  readonly gridOperatorLimitW: PowerInterval | undefined;
  /** Undefined where the controller passes no regulation on. */
  readonly agc?: AgcSignal | undefined;
  /** What the grid operator commands at the point of connection, + export; undefined where it never does. */
  readonly gridOperatorSetpointW?: W | "none" | undefined;
  /** How old its oldest value was by its server's own account when it came. */
  readonly sourceAgeMs?: Ms | undefined;
  /** Of the fields that are `undefined`: the status by OPC UA's name, or what is wrong in words. */
  readonly flaws?: Readonly<Record<string, string>> | undefined;
  /** How far the server's clock is ahead of ours. */
  readonly clockSkewMs?: number | undefined;
}

export type LoopOutput =
  /** Records to keep and to send, already in catalogue names. */
  | { readonly type: "records"; readonly records: readonly NewRecord[] }
  | { readonly type: "event"; readonly event: EdgeEvent }
  | { readonly type: "answer"; readonly answer: LoopAnswer }
  /** Once a second, and at once when the explanation's shape changes. */
  | { readonly type: "status"; readonly status: SiteStatus }
  /** How a lease fared: first cycle it shaped, first cycle it was clamped, read back, measured at the meter, expired. */
  | { readonly type: "lease-progress"; readonly progress: LeaseProgress }
  /** The grid operator's limit changed: to be latched on disk, so that a restart does not forget it. */
  | { readonly type: "grid-operator-limit"; readonly limitW: PowerInterval | undefined }
  /** What the core was given and did, for a replay; once a second. */
  | { readonly type: "recording"; readonly chunk: RecordingChunk }
  /** A frequency event, frozen: when its fast table is whole, and again when both are. */
  | { readonly type: "evidence"; readonly evidence: FrequencyEvidence }
  /** The machine was suspended; this loop has ended, and whoever began it begins another. */
  | { readonly type: "slept"; readonly forMs: Ms }
  /** Once a minute, on a site whose owner has terms: to be kept on disk. */
  | { readonly type: "ledger"; readonly ledger: EnergyLedger };

export interface LeaseProgress {
  readonly leaseId: string;
  readonly sequence: number;
  readonly state: "applied" | "clamped" | "read-back" | "measured" | "expired";
  readonly powerW: W;
  readonly because: readonly string[];
  readonly atMs: UtcMs;
}

export interface EdgeEvent {
  readonly code: string;
  readonly level: "info" | "warning" | "alarm";
  readonly text: string;
  readonly timeMs: UtcMs;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** One screen of truth about a site; `sitectl status` prints it. */
export interface SiteStatus {
  readonly timeMs: UtcMs;
  readonly image: SiteImage;
  readonly plant: PlantImage | undefined;
  readonly explanation: Explanation;
  readonly loop: LoopStats;
  readonly devices: readonly DeviceStatus[];
  /** The talk with the plant controller; undefined on a site without one. */
  readonly plantTalk?: DeviceStatus | undefined;
}

export interface LoopStats {
  readonly periodMs: Ms;
  readonly cycles: number;
  readonly lateCycles: number;
  readonly missedCycles: number;
  readonly latenessP50Ms: number;
  readonly latenessP99Ms: number;
  readonly latenessP999Ms: number;
  readonly latenessMaxMs: number;
  /** All cycles since the start: how late, rounded up, and how many. The difference of two tells a stretch of one's own. */
  readonly latenessCounts: readonly (readonly [latenessMs: number, cycles: number])[];
  /** From the tick to the last write sent, and the devices' answers for the next image. */
  readonly cycleP99Ms: number;
  readonly stages: Readonly<Record<Stage, StageStats>>;
}

/** How long one part of the cycle takes, over the same window as the lateness; `overruns` since the start. */
export interface StageStats {
  readonly budgetMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly overruns: number;
}

export interface DeviceStatus {
  readonly id: string;
  readonly driver: string;
  readonly state: "connecting" | "discovering" | "ready" | "lost" | "mismatch";
  readonly lastReadAgeMs: Ms | undefined;
  readonly requests: number;
  readonly timeouts: number;
  readonly exceptions: number;
  readonly lastError: string | undefined;
  /** How far its server's clock is ahead of ours; undefined where it tells no time. */
  readonly clockSkewMs?: number | undefined;
}
