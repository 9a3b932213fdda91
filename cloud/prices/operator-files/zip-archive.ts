import { crc32 } from "node:zlib";
import { fail, ok, type Result } from "@penstock/protocol/result";
import { Inflate } from "fflate";
import type { PriceFileError } from "../parse-price-text.ts";
import type { ArchiveBytes } from "./archive-bytes.ts";
import { findZipDirectory, longForm } from "./zip-directory.ts";

/** One file inside an archive. Its bytes come in pieces, so that a file larger than memory can be read. */
export interface ZipEntry {
  readonly name: string;
  readonly sizeBytes: number;
  /** Each piece, or the reason to stop at; after the last piece length and checksum have been found right. */
  readonly chunks: () => Generator<Result<Uint8Array, PriceFileError>>;
}

const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const PIECE_BYTES = 256 * 1024;

/**
 * The files of a zip archive, by its directory (PKWARE APPNOTE 4.3), the 64-bit form as well: stored or deflated. A
 * cut-off archive has no directory and is refused; so are encrypted ones. Of the archive itself only the directory and
 * a piece are in memory at a time.
 */
export function zipEntries(archive: ArchiveBytes, source: string): Result<readonly ZipEntry[], PriceFileError> {
  try {
    return entriesOf(archive, source);
  } catch (error) {
    return fail(refusal(source, `it cannot be read: ${messageOf(error)}`));
  }
}

function entriesOf(archive: ArchiveBytes, source: string): Result<readonly ZipEntry[], PriceFileError> {
  const refuse = (says: string) => fail(refusal(source, says));
  const directory = findZipDirectory(archive);
  if (!directory.ok) return refuse(directory.error.says);
  const { bytes, count } = directory.value;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL)
      return refuse("the archive's directory is damaged");
    const flags = view.getUint16(at + 8, true);
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
    const lengths = longForm(bytes.subarray(nameEnd, extraEnd), [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ]);
    if (lengths === undefined) return refuse("the archive's directory is damaged");
    const [sizeBytes = 0, packedBytes = 0, localAt = 0] = lengths;
    const packed = { method: view.getUint16(at + 10, true), crc: view.getUint32(at + 16, true), sizeBytes };
    at = extraEnd + view.getUint16(at + 32, true);
    if (name.endsWith("/") && sizeBytes === 0) continue;
    if ((flags & 1) !== 0) return refuse(`${name} in it is encrypted`);
    if (packed.method !== 0 && packed.method !== 8) {
      return refuse(`${name} in it is packed by method ${packed.method}; stored and deflated ones are read`);
    }
    const fromAt = bodyAt(archive, localAt, packedBytes);
    if (fromAt === undefined) return refuse(`${name} in it lies outside the archive`);
    const inner = `${source}/${name}`;
    entries.push({ name, sizeBytes, chunks: () => unpack(archive, fromAt, fromAt + packedBytes, packed, inner) });
  }
  // A signature may follow. Another file there means that the count is damaged.
  if (at + 4 <= bytes.length && view.getUint32(at, true) === CENTRAL)
    return refuse("the archive's directory has other files than it counts");
  return ok(entries);
}

interface Packed {
  readonly method: number;
  readonly crc: number;
  readonly sizeBytes: number;
}

/** Where the packed bytes of a file begin. */
function bodyAt(archive: ArchiveBytes, localAt: number, packedBytes: number): number | undefined {
  if (localAt + 30 > archive.byteLength) return undefined;
  const local = archive.slice(localAt, localAt + 30);
  const view = new DataView(local.buffer, local.byteOffset, local.byteLength);
  if (local.length < 30 || view.getUint32(0, true) !== LOCAL) return undefined;
  const fromAt = localAt + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  return fromAt + packedBytes > archive.byteLength ? undefined : fromAt;
}

function* unpack(
  archive: ArchiveBytes,
  fromAt: number,
  toAt: number,
  packed: Packed,
  source: string,
): Generator<Result<Uint8Array, PriceFileError>> {
  let crc = 0;
  let length = 0;
  const ready: Uint8Array[] = [];
  const inflate = new Inflate((chunk) => ready.push(chunk));
  for (let at = fromAt; at < toAt; at += PIECE_BYTES) {
    try {
      const piece = archive.slice(at, Math.min(at + PIECE_BYTES, toAt));
      if (packed.method === 0) ready.push(piece);
      else inflate.push(piece, at + PIECE_BYTES >= toAt);
    } catch (error) {
      yield fail(refusal(source, `it does not unpack: ${messageOf(error)}`));
      return;
    }
    for (const chunk of ready.splice(0)) {
      crc = crc32(chunk, crc);
      length += chunk.length;
      yield ok(chunk);
    }
  }
  if (length !== packed.sizeBytes || crc !== packed.crc) {
    yield fail(refusal(source, `it unpacks to ${length} bytes with another checksum than the archive says`));
  }
}

const refusal = (source: string, says: string): PriceFileError => ({
  code: "prices.bad-archive",
  source,
  line: 1,
  column: 1,
  says,
});

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
