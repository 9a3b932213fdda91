import { fail, ok } from "@penstock/protocol/result";
import { expect, test } from "vitest";
import { openNested } from "./nested-archive.ts";
import type { ZipEntry } from "./zip-archive.ts";

const MEGABYTE = 1024 * 1024;
/** An archive of so many megabytes, each filled with its number. */
const entryOf = (megabytes: number, last: "whole" | "damaged" = "whole"): ZipEntry => ({
  name: "inner.zip",
  sizeBytes: megabytes * MEGABYTE,
  *chunks() {
    for (let number = 0; number < megabytes; number++) yield ok(new Uint8Array(MEGABYTE).fill(number));
    if (last === "damaged") yield fail({ code: "prices.bad-archive", source: "outer.zip", line: 1, column: 1 });
  },
});

test.each([2, 9])("an archive of %d MB within another is read from anywhere in it", (megabytes) => {
  const nested = openNested(entryOf(megabytes), "outer.zip/inner.zip");
  if (!nested.ok) throw new Error(nested.error.code);
  const { bytes, close } = nested.value;
  expect(bytes.byteLength).toBe(megabytes * MEGABYTE);
  expect([...bytes.slice(MEGABYTE - 1, MEGABYTE + 1)]).toEqual([0, 1]);
  expect([...bytes.slice(bytes.byteLength - 1, bytes.byteLength)]).toEqual([megabytes - 1]);
  close();
});

test("a large one lies on disk only until it is closed", () => {
  const nested = openNested(entryOf(9), "outer.zip/inner.zip");
  if (!nested.ok) throw new Error(nested.error.code);
  nested.value.close();
  expect(() => nested.value.bytes.slice(0, 1)).toThrow(/ENOENT/);
});

test.each([2, 9])("a damaged one of %d MB is refused", (megabytes) => {
  expect(openNested(entryOf(megabytes, "damaged"), "outer.zip/inner.zip")).toMatchObject({
    ok: false,
    error: { code: "prices.bad-archive" },
  });
});
