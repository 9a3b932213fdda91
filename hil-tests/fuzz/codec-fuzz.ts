import { Rng } from "@penstock/protocol/rng";
import type { CodecUnderTest } from "./codecs/codec.ts";
import { codecs } from "./codecs/index.ts";

export interface CodecFuzzWish {
  readonly seed: number;
  /** For each codec; slow ones take their share. */
  readonly frames: number;
  /** Only this one. */
  readonly only?: string | undefined;
  readonly progress?: (text: string) => void;
}

export interface CodecFuzzResult {
  readonly seed: number;
  readonly frames: number;
  readonly failures: number;
  readonly codecs: readonly CodecReport[];
}

export interface CodecReport {
  readonly name: string;
  readonly frames: number;
  readonly taken: number;
  readonly refused: number;
  readonly framesPerSecond: number;
  /** The first of what was found, with the frame in it. */
  readonly found: readonly string[];
  readonly failures: number;
}

/** Mutated frames through every codec. A throw is a finding, whoever threw: the codec must not, and the judge does. */
export function codecFuzz({ seed, frames, only, progress = () => {} }: CodecFuzzWish): CodecFuzzResult {
  const reports = codecs
    .filter(({ name }) => only === undefined || name === only)
    .map((codec) => {
      const report = fire(codec, new Rng(`codecs-${seed}`).fork(codec.name), Math.ceil(frames * codec.share));
      progress(
        `${report.name}: ${report.frames} frames, ${report.taken} taken, ${report.refused} refused, ${report.failures} failures, ${report.framesPerSecond} a second`,
      );
      for (const text of report.found) progress(`    ${text}`);
      return report;
    });
  return {
    seed,
    frames: reports.reduce((sum, report) => sum + report.frames, 0),
    failures: reports.reduce((sum, report) => sum + report.failures, 0),
    codecs: reports,
  };
}

function fire(codec: CodecUnderTest, rng: Rng, frames: number): CodecReport {
  const startedNs = process.hrtime.bigint();
  const found: string[] = [];
  let shoot = codec.begin(rng);
  let taken = 0;
  let failures = 0;
  for (let count = 0; count < frames; count++) {
    try {
      if (shoot() === "taken") taken++;
    } catch (error) {
      failures++;
      if (found.length < 5) found.push(error instanceof Error ? error.message : String(error));
      shoot = codec.begin(rng);
    }
  }
  const seconds = Number(process.hrtime.bigint() - startedNs) / 1e9;
  return {
    name: codec.name,
    frames,
    taken,
    refused: frames - taken - failures,
    framesPerSecond: Math.round(frames / seconds),
    found,
    failures,
  };
}
