import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { fail, ok, type Result } from "@penstock/protocol/result";
import type { PriceFileError } from "../parse-price-text.ts";
import { type ArchiveBytes, inMemory, onDisk } from "./archive-bytes.ts";
import { type ZipEntry, zipEntries } from "./zip-archive.ts";

/** A text file on disk or in an archive, or in an archive in an archive. */
export interface TextFile {
  /** Where it is, for people: `july.zip/20260701.zip/PUBLIC_DAILY.CSV`. */
  readonly source: string;
  readonly lines: () => Generator<Result<TextLine, PriceFileError>>;
}

export interface TextLine {
  /** From 1. */
  readonly number: number;
  /** Without its end. */
  readonly text: string;
}

const PIECE_BYTES = 1024 * 1024;
/** One line of a whole JSON document; nobody's table has such a line. */
const LINE_CHARS_MAX = 64 * 1024 * 1024;
/** An archive within an archive is unpacked whole. */
const NESTED_BYTES_MAX = 256 * 1024 * 1024;
const UNZIPPED_BYTES_MAX = 1024 * 1024 * 1024;
const DEPTH_MAX = 3;

/** The text files at a path: plain, gzipped, zipped, zips within zips. Plain and zipped ones are read as they are asked for. */
export function* textFilesAt(path: string): Generator<Result<TextFile, PriceFileError>> {
  const source = basename(path);
  const head = readHead(path, source);
  if (!head.ok) {
    yield head;
  } else if (isZip(head.value)) {
    yield* textFilesInZip(onDisk(path), source, 1);
  } else if (isGzip(head.value)) {
    const bytes = readWhole(path, source);
    if (bytes.ok) yield* textFilesIn(bytes.value, source);
    else yield bytes;
  } else {
    yield ok({ source, lines: () => linesOf(pieces(path, source), source) });
  }
}

/** The same for what is already in memory. */
export function* textFilesIn(bytes: Uint8Array, source: string): Generator<Result<TextFile, PriceFileError>> {
  if (isZip(bytes)) yield* textFilesInZip(inMemory(bytes), source, 1);
  else if (isGzip(bytes)) yield ok({ source, lines: () => linesOf(gunzipped(bytes, source), source) });
  else yield ok({ source, lines: () => linesOf([ok(bytes)], source) });
}

function* textFilesInZip(
  archive: ArchiveBytes,
  source: string,
  depth: number,
): Generator<Result<TextFile, PriceFileError>> {
  const entries = zipEntries(archive, source);
  if (!entries.ok) {
    yield entries;
    return;
  }
  for (const entry of entries.value) {
    const inner = `${source}/${entry.name}`;
    if (!/\.zip$/i.test(entry.name)) {
      yield ok({ source: inner, lines: () => linesOf(entry.chunks(), inner, true) });
      continue;
    }
    if (depth >= DEPTH_MAX) {
      yield fail(refusal("prices.bad-archive", inner, 1, `archives are opened ${DEPTH_MAX} deep, not deeper`));
      return;
    }
    const whole = joined(entry, inner);
    if (!whole.ok) {
      yield whole;
      return;
    }
    yield* textFilesInZip(inMemory(whole.value), inner, depth + 1);
  }
}

/**
 * Lines of UTF-8 text, whatever they end in. A file that stops in the middle of a line is refused, since `57.9` may be
 * what is left of `57.98`; where a checksum vouches for the bytes, or the line ends in a closed quote, it counts.
 */
export function* linesOf(
  chunks: Iterable<Result<Uint8Array, PriceFileError>>,
  source: string,
  isVouchedFor = false,
): Generator<Result<TextLine, PriceFileError>> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  let number = 0;
  const refuse = (code: PriceFileError["code"], says: string) => fail(refusal(code, source, number + 1, says));
  for (const chunk of chunks) {
    if (!chunk.ok) {
      yield fail({ ...chunk.error, line: number + 1 });
      return;
    }
    try {
      rest += decoder.decode(chunk.value, { stream: true });
    } catch {
      yield refuse("prices.not-text", "it is not UTF-8 text");
      return;
    }
    let from = 0;
    for (let at = rest.indexOf("\n"); at >= 0; at = rest.indexOf("\n", from)) {
      number += 1;
      yield ok({ number, text: rest.slice(from, rest[at - 1] === "\r" ? at - 1 : at) });
      from = at + 1;
    }
    rest = rest.slice(from);
    if (rest.length > LINE_CHARS_MAX) {
      yield refuse("prices.line-too-long", `a line is longer than ${LINE_CHARS_MAX} characters`);
      return;
    }
  }
  if (rest === "") return;
  const isWhole = isVouchedFor || /["}\]]$/.test(rest);
  yield isWhole
    ? ok({ number: number + 1, text: rest })
    : refuse("prices.cut-off", "the file stops in the middle of this line: fetch it again");
}

export const refusal = (
  code: PriceFileError["code"],
  source: string,
  line: number,
  says: string,
  column = 1,
): PriceFileError => ({ code, source, line, column, says });

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;
const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

function readHead(path: string, source: string): Result<Uint8Array, PriceFileError> {
  for (const piece of pieces(path, source, 4)) return piece;
  return fail(refusal("prices.unreadable", source, 1, "the file is empty"));
}

function* pieces(path: string, source: string, bytes = PIECE_BYTES): Generator<Result<Uint8Array, PriceFileError>> {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    for (;;) {
      const piece = new Uint8Array(bytes);
      const count = readSync(file, piece, 0, bytes, null);
      if (count === 0) return;
      yield ok(piece.subarray(0, count));
    }
  } catch (error) {
    yield fail(refusal("prices.unreadable", source, 1, messageOf(error)));
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function readWhole(path: string, source: string): Result<Uint8Array, PriceFileError> {
  try {
    return ok(readFileSync(path));
  } catch (error) {
    return fail(refusal("prices.unreadable", source, 1, messageOf(error)));
  }
}

function* gunzipped(bytes: Uint8Array, source: string): Generator<Result<Uint8Array, PriceFileError>> {
  try {
    yield ok(gunzipSync(bytes, { maxOutputLength: UNZIPPED_BYTES_MAX }));
  } catch (error) {
    yield fail(refusal("prices.bad-archive", source, 1, `it does not unpack: ${messageOf(error)}`));
  }
}

function joined(entry: ZipEntry, source: string): Result<Uint8Array, PriceFileError> {
  if (entry.sizeBytes > NESTED_BYTES_MAX) {
    const says = `an archive within an archive may have ${NESTED_BYTES_MAX} bytes: unpack it first`;
    return fail(refusal("prices.bad-archive", source, 1, says));
  }
  const parts: Uint8Array[] = [];
  for (const chunk of entry.chunks()) {
    if (!chunk.ok) return chunk;
    parts.push(chunk.value);
  }
  return ok(Buffer.concat(parts));
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
