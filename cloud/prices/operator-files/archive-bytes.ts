import { closeSync, openSync, readSync, statSync } from "node:fs";

/** The bytes of an archive, from anywhere in it: on disk, or in memory where it came out of another. */
export interface ArchiveBytes {
  readonly byteLength: number;
  /** From one place up to another; shorter at the end. On disk it may throw what the file system says. */
  readonly slice: (from: number, to: number) => Uint8Array;
}

export const inMemory = (bytes: Uint8Array): ArchiveBytes => ({
  byteLength: bytes.length,
  slice: (from, to) => bytes.subarray(from, to),
});

/** Opened for each slice, so that nothing stays open when a reader stops half-way. */
export const onDisk = (path: string): ArchiveBytes => ({
  byteLength: statSync(path).size,
  slice(from, to) {
    const file = openSync(path, "r");
    try {
      const bytes = new Uint8Array(to - from);
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from));
    } finally {
      closeSync(file);
    }
  },
});
