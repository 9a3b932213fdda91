import { crc32 } from "node:zlib";
import { fail, ok, type Result } from "@penstock/protocol/result";
import { Inflate } from "fflate";
import type { PriceFileError } from "../parse-price-text.ts";

/** One file inside an archive. Its bytes come in pieces, so that a file larger than memory can be read. */
export interface ZipEntry {
  readonly name: string;
  readonly sizeBytes: number;
  /** Each piece, or the reason to stop at; after the last piece length and checksum have been found right. */
  readonly chunks: () => Generator<Result<Uint8Array, PriceFileError>>;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const AFTER_DIRECTORY: readonly number[] = [0x06064b50, 0x05054b50];
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const COMMENT_BYTES_MAX = 0xffff;
const PIECE_BYTES = 64 * 1024;

/**
 * The files of a zip archive, by its directory (PKWARE APPNOTE 4.3): stored or deflated. A cut-off archive has no
 * directory and is refused; so are encrypted ones and those of the 64-bit form.
 */
export function zipEntries(bytes: Uint8Array, source: string): Result<readonly ZipEntry[], PriceFileError> {
  const refuse = (says: string) => fail(refusal(source, says));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const endAt = findEnd(view);
  if (endAt === undefined) return refuse("the archive has no directory: it is cut off or not a zip");
  const count = view.getUint16(endAt + 10, true);
  let at = view.getUint32(endAt + 16, true);
  if (count === 0xffff || at === 0xffffffff) return refuse("archives of the 64-bit form are not read: unpack it first");
  const entries: ZipEntry[] = [];
  for (let index = 0; index < count; index++) {
    if (at + 46 > endAt || view.getUint32(at, true) !== CENTRAL) return refuse("the archive's directory is damaged");
    const flags = view.getUint16(at + 8, true);
    const nameBytes = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    const packed: Packed = {
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedBytes: view.getUint32(at + 20, true),
      sizeBytes: view.getUint32(at + 24, true),
      localAt: view.getUint32(at + 42, true),
    };
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (name.endsWith("/") && packed.sizeBytes === 0) continue;
    if ((flags & 1) !== 0) return refuse(`${name} in it is encrypted`);
    if (packed.method !== 0 && packed.method !== 8) {
      return refuse(`${name} in it is packed by method ${packed.method}; stored and deflated ones are read`);
    }
    const body = bodyOf(bytes, view, packed);
    if (body === undefined) return refuse(`${name} in it lies outside the archive`);
    const inner = `${source}/${name}`;
    entries.push({ name, sizeBytes: packed.sizeBytes, chunks: () => unpack(body, packed, inner) });
  }
  // What may follow: records of the 64-bit form, a signature. Another file there means that the count is damaged.
  const isEnd = at === endAt || (at + 4 <= endAt && AFTER_DIRECTORY.includes(view.getUint32(at, true)));
  if (!isEnd) return refuse("the archive's directory has other files than it counts");
  return ok(entries);
}

interface Packed {
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly localAt: number;
}

function findEnd(view: DataView): number | undefined {
  const lowest = Math.max(0, view.byteLength - END_BYTES - COMMENT_BYTES_MAX);
  for (let at = view.byteLength - END_BYTES; at >= lowest; at--) if (view.getUint32(at, true) === END) return at;
  return undefined;
}

function bodyOf(bytes: Uint8Array, view: DataView, { localAt, packedBytes }: Packed): Uint8Array | undefined {
  if (localAt + 30 > bytes.length || view.getUint32(localAt, true) !== LOCAL) return undefined;
  const from = localAt + 30 + view.getUint16(localAt + 26, true) + view.getUint16(localAt + 28, true);
  return from + packedBytes > bytes.length ? undefined : bytes.subarray(from, from + packedBytes);
}

function* unpack(body: Uint8Array, packed: Packed, source: string): Generator<Result<Uint8Array, PriceFileError>> {
  let crc = 0;
  let length = 0;
  const ready: Uint8Array[] = [];
  const inflate = new Inflate((chunk) => ready.push(chunk));
  for (let at = 0; at < body.length; at += PIECE_BYTES) {
    const piece = body.subarray(at, at + PIECE_BYTES);
    if (packed.method === 0) ready.push(piece);
    else {
      try {
        inflate.push(piece, at + PIECE_BYTES >= body.length);
      } catch (error) {
        yield fail(refusal(source, `it does not unpack: ${error instanceof Error ? error.message : String(error)}`));
        return;
      }
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
