import { readFileSync } from "node:fs";
import { zstdDecompressSync } from "node:zlib";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import { parquetReadObjects } from "hyparquet";

const HALF_HOUR_MS = 1_800_000;

/** One forecast of the operator for one region. */
export interface OperatorRun {
  /** START of its first interval, about when it is published: half an hour before the label it carries. NEM time as if UTC. */
  readonly asOfMs: UtcMs;
  /** A price a half hour; NaN where the run has none. */
  readonly prices: Float64Array;
}

/**
 * The operator's half-hourly pre-dispatch prices from a Parquet file with columns `run`, `datetime` (interval ending),
 * `regionid`, `rrp`; runs in order of time, by region.
 */
export async function readPreDispatch(
  path: string,
): Promise<Result<ReadonlyMap<string, readonly OperatorRun[]>, CodedError>> {
  let rows: Record<string, unknown>[];
  try {
    const bytes = readFileSync(path);
    rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
      columns: ["run", "datetime", "regionid", "rrp"],
      compressors: { ZSTD: (input) => zstdDecompressSync(input) },
    });
  } catch (error) {
    return fail({ code: "prices.unreadable", path, reason: error instanceof Error ? error.message : String(error) });
  }
  const regions = new Map<string, Map<number, Map<number, number>>>();
  for (const [index, { run, datetime, regionid, rrp }] of rows.entries()) {
    if (!(run instanceof Date && datetime instanceof Date && typeof regionid === "string" && typeof rrp === "number"))
      return fail({ code: "prices.bad-row", path, row: index, wanted: "run, datetime, regionid, rrp" });
    const ahead = (datetime.getTime() - run.getTime()) / HALF_HOUR_MS;
    if (!Number.isInteger(ahead) || ahead < 0) return fail({ code: "prices.not-half-hourly", path, row: index });
    const ofRegion = entryOf(regions, regionid, () => new Map<number, Map<number, number>>());
    entryOf(ofRegion, run.getTime() - HALF_HOUR_MS, () => new Map<number, number>()).set(ahead, rrp);
  }
  return ok(
    new Map(
      [...regions].sort().map(([region, runs]) => [
        region,
        [...runs]
          .sort(([a], [b]) => a - b)
          .map(([asOfMs, byAhead]) => ({
            asOfMs: asOfMs as UtcMs,
            prices: Float64Array.from(
              { length: Math.max(...byAhead.keys()) + 1 },
              (_, at) => byAhead.get(at) ?? Number.NaN,
            ),
          })),
      ]),
    ),
  );
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const held = map.get(key);
  if (held !== undefined) return held;
  const made = make();
  map.set(key, made);
  return made;
}
