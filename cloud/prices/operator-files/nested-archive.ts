import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fail, ok, type Result } from "@penstock/protocol/result";
import type { PriceFileError } from "../parse-price-text.ts";
import { type ArchiveBytes, inMemory, onDisk } from "./archive-bytes.ts";
import type { ZipEntry } from "./zip-archive.ts";

/** An archive that came out of another, to be read from anywhere in it until it is closed. */
export interface NestedArchive {
  readonly bytes: ArchiveBytes;
  readonly close: () => void;
}

const IN_MEMORY_BYTES_MAX = 8 * 1024 * 1024;
const BYTES_MAX = 16 * 1024 ** 3;

/** A small one is held in memory; a large one lies on disk meanwhile, since an archive is read from its end. */
export function openNested(entry: ZipEntry, source: string): Result<NestedArchive, PriceFileError> {
  const refuse = (code: PriceFileError["code"], says: string) =>
    fail<PriceFileError>({ code, source, line: 1, column: 1, says });
  if (entry.sizeBytes > BYTES_MAX) {
    return refuse("prices.bad-archive", `an archive within an archive may have ${BYTES_MAX} bytes: unpack it first`);
  }
  if (entry.sizeBytes <= IN_MEMORY_BYTES_MAX) {
    const parts: Uint8Array[] = [];
    for (const chunk of entry.chunks()) {
      if (!chunk.ok) return chunk;
      parts.push(chunk.value);
    }
    return ok({ bytes: inMemory(Buffer.concat(parts)), close: () => {} });
  }
  try {
    return spilled(entry);
  } catch (error) {
    return refuse("prices.unreadable", error instanceof Error ? error.message : String(error));
  }
}

function spilled(entry: ZipEntry): Result<NestedArchive, PriceFileError> {
  const folder = mkdtempSync(join(tmpdir(), "penstock-archive-"));
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  const path = join(folder, "nested.zip");
  const file = openSync(path, "w");
  try {
    for (const chunk of entry.chunks()) {
      if (!chunk.ok) {
        close();
        return chunk;
      }
      for (let at = 0; at < chunk.value.length; ) at += writeSync(file, chunk.value, at);
    }
  } catch (error) {
    close();
    throw error;
  } finally {
    closeSync(file);
  }
  return ok({ bytes: onDisk(path), close });
}
