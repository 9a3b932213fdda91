import { closeSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { fail, ok, type Result } from "@penstock/protocol/result";
import type { PriceFileError } from "../parse-price-text.ts";
import { type ArchiveBytes, inMemory, onDisk } from "./archive-bytes.ts";
import { gunzipPieces } from "./gunzip-pieces.ts";
import { openNested } from "./nested-archive.ts";
import { zipEntries } from "./zip-archive.ts";

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
const DEPTH_MAX = 3;

/**
 * The text files at a path: plain, gzipped, zipped, zips within zips, read as they are asked for and never whole in memory.
 * A file's lines are there until the next file is asked for.
 */
export function* textFilesAt(path: string): Generator<Result<TextFile, PriceFileError>> {
  const source = basename(path);
  const head = readHead(path, source);
  if (!head.ok) {
    yield head;
  } else if (isZip(head.value)) {
    yield* textFilesInZip(onDisk(path), source, 1);
  } else if (isGzip(head.value)) {
    yield ok({ source, lines: () => linesOf(gunzipPieces(onDisk(path), source), source) });
  } else {
    yield ok({ source, lines: () => linesOf(pieces(path, source), source) });
  }
}

/** The same for what is already in memory. */
export function* textFilesIn(bytes: Uint8Array, source: string): Generator<Result<TextFile, PriceFileError>> {
  if (isZip(bytes)) yield* textFilesInZip(inMemory(bytes), source, 1);
  else if (isGzip(bytes)) yield ok({ source, lines: () => linesOf(gunzipPieces(inMemory(bytes), source), source) });
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
    const nested = openNested(entry, inner);
    if (!nested.ok) {
      yield nested;
      return;
    }
    try {
      yield* textFilesInZip(nested.value.bytes, inner, depth + 1);
    } finally {
      nested.value.close();
    }
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

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
