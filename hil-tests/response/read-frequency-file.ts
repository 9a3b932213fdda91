import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";

/** A recording of a grid's frequency at a fixed interval. */
export interface FrequencyRecording {
  readonly samplesHz: readonly number[];
  readonly intervalMs: number;
  /** Samples the file left empty: a straight line was drawn over them. */
  readonly filled: number;
}

/**
 * CSV with a `frequency_hz` column and a time in the first: "2025-04-28 12:32:30". `from` begins at the first line whose
 * time contains it; `forMs` ends it. The interval is that of the first two lines.
 */
export function readFrequencyFile(text: string, from?: string, forMs?: number): Result<FrequencyRecording, CodedError> {
  const [head = "", ...lines] = text.trim().split(/\r?\n/);
  const column = head.split(",").indexOf("frequency_hz");
  if (column < 1)
    return fail({ code: "frequency-file.no-column", expected: "a first line with a frequency_hz column", found: head });
  const rows = lines.map((line) => line.split(","));
  const [first, second] = rows.map(([time = ""]) => Date.parse(`${time.replace(" ", "T")}Z`));
  const intervalMs = (second ?? Number.NaN) - (first ?? Number.NaN);
  if (!(intervalMs > 0))
    return fail({ code: "frequency-file.no-interval", expected: "times like 2025-04-28 12:32:30, ascending" });
  const start = from === undefined ? 0 : rows.findIndex(([time]) => time?.includes(from));
  if (start < 0) return fail({ code: "frequency-file.no-such-time", from });
  const count = forMs === undefined ? rows.length : Math.ceil(forMs / intervalMs) + 1;
  const read = rows.slice(start, start + count).map((row) => (row[column] ? Number(row[column]) : Number.NaN));
  const known = read.filter((hz) => !Number.isNaN(hz));
  if (known.length < 2) return fail({ code: "frequency-file.empty", expected: "at least two samples" });
  return ok({
    samplesHz: read.map((hz, index) => (Number.isNaN(hz) ? across(read, index) : hz)),
    intervalMs,
    filled: read.length - known.length,
  });
}

/** On the straight line between the nearest samples that are there. */
function across(samples: readonly number[], at: number): number {
  const after = samples.findIndex((hz, index) => index > at && !Number.isNaN(hz));
  const before = samples.findLastIndex((hz, index) => index < at && !Number.isNaN(hz));
  const afterHz = samples[after] ?? samples[before] ?? Number.NaN;
  const beforeHz = samples[before] ?? afterHz;
  return after < 0 || before < 0 ? beforeHz : beforeHz + ((afterHz - beforeHz) * (at - before)) / (after - before);
}
