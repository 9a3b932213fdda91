import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How a certificate was refused. Times are UTC ms. */
export interface Refusal {
  /** An address, or the server that showed it. */
  readonly from: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly times: number;
}

/**
 * Writes down beside the certificates who showed one that was refused: what `rejected/` itself does not tell. The newest
 * fifty are kept. Two who write at once lose one another's last line and nothing else.
 */
export function noteRefusal(pkiFolder: string, thumbprint: string, from: string, nowMs: number): void {
  const { [thumbprint]: before, ...others } = refusalsIn(pkiFolder);
  const refusal: Refusal = { from, firstMs: before?.firstMs ?? nowMs, lastMs: nowMs, times: (before?.times ?? 0) + 1 };
  const newest = Object.entries(others)
    .toSorted(([, a], [, b]) => b.lastMs - a.lastMs)
    .slice(0, REFUSALS_MAX - 1);
  const file = join(pkiFolder, FILE);
  try {
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries([[thumbprint, refusal], ...newest])));
    renameSync(`${file}.new`, file);
  } catch {
    // A full disk costs the note; the certificate was refused all the same.
  }
}

/** By thumbprint; empty where nobody was refused yet, or the file cannot be read. */
export function refusalsIn(pkiFolder: string): Readonly<Record<string, Refusal>> {
  try {
    const held: unknown = JSON.parse(readFileSync(join(pkiFolder, FILE), "utf8"));
    return Object.fromEntries(Object.entries(held as object).filter(([, one]) => isRefusal(one)));
  } catch {
    return {};
  }
}

const isRefusal = (value: unknown): value is Refusal => {
  const { from, firstMs, lastMs, times } = (value ?? {}) as Partial<Refusal>;
  return typeof from === "string" && [firstMs, lastMs, times].every(Number.isFinite);
};

const FILE = "refusals.json";
const REFUSALS_MAX = 50;
