import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { ArchiveBytes } from "./archive-bytes.ts";

/** The directory of a zip archive as it stands at its end. */
export interface ZipDirectory {
  readonly bytes: Uint8Array;
  /** How many files it should list. */
  readonly count: number;
}

interface DirectoryError extends CodedError {
  readonly code: "zip.no-directory";
  readonly says: string;
}

const END = 0x06054b50;
const END_BYTES = 22;
const LONG_LOCATOR = 0x07064b50;
const LONG_LOCATOR_BYTES = 20;
const LONG_END = 0x06064b50;
const LONG_END_BYTES = 56;
const COMMENT_BYTES_MAX = 0xffff;
/** Half a million files of usual names. */
const DIRECTORY_BYTES_MAX = 64 * 1024 * 1024;
const LONG = 0xffffffff;

/** Finds the directory by the record at the end (APPNOTE 4.3.16), or by its 64-bit form (4.3.14) where there is one. */
export function findZipDirectory(archive: ArchiveBytes): Result<ZipDirectory, DirectoryError> {
  const tailAt = Math.max(0, archive.byteLength - END_BYTES - COMMENT_BYTES_MAX - LONG_LOCATOR_BYTES);
  const tail = viewOf(archive.slice(tailAt, archive.byteLength));
  const endAt = findEnd(tail);
  if (endAt === undefined) return refuse("the archive has no directory: it is cut off or not a zip");
  let count = tail.getUint16(endAt + 10, true);
  let sizeBytes = tail.getUint32(endAt + 12, true);
  let startAt = tail.getUint32(endAt + 16, true);
  const locatorAt = endAt - LONG_LOCATOR_BYTES;
  let isLong = count === 0xffff || sizeBytes === LONG || startAt === LONG;
  if (locatorAt >= 0 && tail.getUint32(locatorAt, true) === LONG_LOCATOR) {
    const longAt = sizeAt(tail, locatorAt + 8);
    const long = viewOf(archive.slice(longAt, Math.min(longAt + LONG_END_BYTES, archive.byteLength)));
    if (long.byteLength < LONG_END_BYTES || long.getUint32(0, true) !== LONG_END)
      return refuse("the archive's directory of the 64-bit form is damaged");
    count = sizeAt(long, 32);
    sizeBytes = sizeAt(long, 40);
    startAt = sizeAt(long, 48);
    isLong = false;
  }
  if (isLong) return refuse("the archive's directory of the 64-bit form is not where it should be");
  if (startAt + sizeBytes > tailAt + endAt) return refuse("the archive's directory is damaged");
  if (sizeBytes > DIRECTORY_BYTES_MAX) return refuse(`the archive's directory has ${sizeBytes} bytes: unpack it first`);
  return ok({ bytes: archive.slice(startAt, startAt + sizeBytes), count });
}

/**
 * Size, packed size and place of a file, those that do not fit in 32 bits from its 64-bit field (4.5.3). Undefined when
 * one is wanted and not there.
 */
export function longForm(extra: Uint8Array, lengths: readonly number[]): readonly number[] | undefined {
  if (!lengths.includes(LONG)) return lengths;
  const view = viewOf(extra);
  let at = 0;
  while (at + 4 <= extra.length && view.getUint16(at, true) !== 1) at += 4 + view.getUint16(at + 2, true);
  if (at + 4 > extra.length) return undefined;
  const end = Math.min(extra.length, at + 4 + view.getUint16(at + 2, true));
  const whole: number[] = [];
  at += 4;
  for (const length of lengths) {
    if (length !== LONG) whole.push(length);
    else if (at + 8 > end) return undefined;
    else {
      whole.push(sizeAt(view, at));
      at += 8;
    }
  }
  return whole;
}

/** Sizes beyond what a number holds exactly lie outside every archive, and are found there. */
const sizeAt = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function findEnd(view: DataView): number | undefined {
  for (let at = view.byteLength - END_BYTES; at >= 0; at--) if (view.getUint32(at, true) === END) return at;
  return undefined;
}

const refuse = (says: string): Result<never, DirectoryError> => fail({ code: "zip.no-directory", says });
