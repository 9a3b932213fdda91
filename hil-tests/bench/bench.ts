/**
 * A benchmark prints one JSON object and judges nothing. Machines differ and drift, so every figure stands
 * beside an anchor measured in the same run, pair by pair, and medians are quoted.
 */
export interface Benchmark {
  readonly name: string;
  readonly text: string;
  run(options: {
    readonly repeats: number;
    /** Of the control loop, where a benchmark has one; undefined for those it measures by itself. */
    readonly periodMs: number | undefined;
    /** About how long the whole may take, where a benchmark can be bounded. */
    readonly seconds: number;
    readonly progress: (text: string) => void;
  }): Promise<Record<string, unknown>>;
}

export function percentile(values: ArrayLike<number>, fraction: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}

export const median = (values: ArrayLike<number>): number => percentile(values, 0.5);

export const rounded = (value: number, digits = 4): number => Number(value.toPrecision(digits));

/** Milliseconds a synchronous piece of work takes. */
export function timed(work: () => void): number {
  const startedNs = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - startedNs) / 1e6;
}

/** Of which the thread itself had the processor, however busy others keep the machine. */
export function timedOnCpu(work: () => void): { readonly wallMs: number; readonly cpuMs: number } {
  const before = process.threadCpuUsage();
  const wallMs = timed(work);
  const { user, system } = process.threadCpuUsage(before);
  return { wallMs, cpuMs: (user + system) / 1e3 };
}
