import { crc32 } from "node:zlib";
import { fail, ok, type Result } from "@penstock/protocol/result";
import { Gunzip } from "fflate";
import type { PriceFileError } from "../parse-price-text.ts";
import type { ArchiveBytes } from "./archive-bytes.ts";

/** Repetitive tables unpack to a hundred times as much. */
const PIECE_BYTES = 32 * 1024;
/** Checksum and length, at the end of each member (RFC 1952, 2.3.1). */
const TRAILER_BYTES = 8;

/**
 * What a gzipped file unpacks to, piece by piece, several members after each other as one: never whole in memory. Each
 * member's checksum and length have been found right before the last piece is; a cut-off or damaged file ends in
 * `prices.bad-archive`, so whoever reads on until the end reads nothing that nobody vouches for.
 */
export function* gunzipPieces(packed: ArchiveBytes, source: string): Generator<Result<Uint8Array, PriceFileError>> {
  const refuse = (says: string) =>
    fail<PriceFileError>({
      code: "prices.bad-archive",
      source,
      line: 1,
      column: 1,
      says: `it does not unpack: ${says}`,
    });
  const ready: Uint8Array[] = [];
  let crc = 0;
  let length = 0;
  let isSound = true;
  const endMember = (endAt: number): void => {
    const trailer = packed.slice(Math.max(0, endAt - TRAILER_BYTES), endAt);
    const view = new DataView(trailer.buffer, trailer.byteOffset, trailer.byteLength);
    isSound &&= trailer.length === TRAILER_BYTES && view.getUint32(0, true) === crc;
    isSound &&= view.byteLength === TRAILER_BYTES && view.getUint32(4, true) === length % 2 ** 32;
    [crc, length] = [0, 0];
  };
  const gunzip = new Gunzip((chunk) => {
    crc = crc32(chunk, crc);
    length += chunk.length;
    if (chunk.length > 0) ready.push(chunk);
  });
  gunzip.onmember = endMember;
  for (let at = 0; at < packed.byteLength && isSound; at += PIECE_BYTES) {
    try {
      const piece = packed.slice(at, Math.min(at + PIECE_BYTES, packed.byteLength));
      gunzip.push(piece, false);
      if (at + PIECE_BYTES >= packed.byteLength) {
        gunzip.push(new Uint8Array(0), true);
        endMember(packed.byteLength);
      }
    } catch (error) {
      yield refuse(error instanceof Error ? error.message : String(error));
      return;
    }
    if (!isSound) break;
    for (const chunk of ready.splice(0)) yield ok(chunk);
  }
  if (!isSound) yield refuse("checksum or length is another than it says");
}
