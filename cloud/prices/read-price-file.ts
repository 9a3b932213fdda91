import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import type { CodedError, Result } from "@penstock/protocol/result";
import { fail, ok } from "@penstock/protocol/result";
import { nemPriceFile } from "./nem-price-file.ts";
import { readerOf } from "./operator-files/read-operator-files.ts";
import { readOperatorPriceSeries } from "./operator-price-series.ts";
import { type PriceFileError, parsePriceText } from "./parse-price-text.ts";
import type { PriceFileFormat } from "./price-file-format.ts";
import type { PriceSeries } from "./price-series.ts";

export interface ReadPriceFileOptions {
  readonly format?: PriceFileFormat;
  /** Told from a column or the file's name when absent. */
  readonly region?: string;
}

/** Far above a year of every region at five minutes; a file beyond it is not a price file. */
const BYTES_MAX = 256 * 1024 * 1024;

/** Reads a price file, plain or gzipped, or an operator's own as it comes (zip). This is a shell: all judgement is in {@link parsePriceText}. */
export function readPriceFile(
  path: string,
  { format = nemPriceFile, region }: ReadPriceFileOptions = {},
): Result<PriceSeries, PriceFileError | CodedError> {
  const reader = readerOf(path);
  if (reader.ok && reader.value !== undefined) return readOperatorPriceSeries([path], format, region);
  const source = basename(path);
  const bytes = readBytes(path, source);
  if (!bytes.ok) return bytes;
  return pricesFromBytes(bytes.value, source, format, region);
}

/** The same for a file already in memory. */
export function pricesFromBytes(
  bytes: Uint8Array,
  source: string,
  format: PriceFileFormat = nemPriceFile,
  region?: string,
): Result<PriceSeries, PriceFileError | CodedError> {
  const plain = isGzip(bytes) ? gunzip(bytes, source) : ok(bytes);
  if (!plain.ok) return plain;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(plain.value);
  } catch (error) {
    return fail({ code: "prices.not-text", source, line: 1, column: 1, message: messageOf(error) });
  }
  const named = region ?? format.regions.find((each) => source.toUpperCase().includes(each));
  const hasRegionColumn = format.regionColumns.some((column) =>
    text.slice(0, text.indexOf("\n")).toUpperCase().includes(column),
  );
  // The rows know better than the file's name.
  const wanted = region ?? (hasRegionColumn ? undefined : named);
  return parsePriceText(text, format, wanted === undefined ? { source } : { source, region: wanted });
}

function readBytes(path: string, source: string): Result<Uint8Array, CodedError> {
  try {
    return ok(readFileSync(path));
  } catch (error) {
    return fail({ code: "prices.unreadable", source, message: messageOf(error) });
  }
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** A cut-off archive still holds a readable beginning: how far it reads tells where the cut is. */
function gunzip(bytes: Uint8Array, source: string): Result<Uint8Array, CodedError> {
  try {
    return ok(gunzipSync(bytes, { maxOutputLength: BYTES_MAX }));
  } catch (error) {
    return fail({ code: "prices.cut-off", source, ...endOfReadablePart(bytes), message: messageOf(error) });
  }
}

function endOfReadablePart(bytes: Uint8Array): { readonly line: number; readonly column: number } {
  try {
    const partial = gunzipSync(bytes, { maxOutputLength: BYTES_MAX, finishFlush: constants.Z_SYNC_FLUSH });
    const lines = new TextDecoder().decode(partial).split("\n");
    return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
  } catch {
    return { line: 1, column: 1 };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
