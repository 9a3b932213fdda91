import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { andAbove, findAddress } from "./find-address.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folderWith(text: string | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), "fleetctl-"));
  folders.push(folder);
  if (text === undefined) return folder;
  mkdirSync(join(folder, ".penstock/run"), { recursive: true });
  writeFileSync(join(folder, ".penstock/run/cloud.json"), text);
  return folder;
}

test("what is typed wins over the environment, and that over what a running aggregator has written", () => {
  const written = folderWith('{"url":"http://127.0.0.1:1/","pid":1}');
  const all = { url: "http://a", environment: { PENSTOCK_URL: "http://b" }, folders: [written] };
  expect(findAddress(all)).toEqual({ ok: true, url: "http://a" });
  expect(findAddress({ ...all, url: undefined })).toEqual({ ok: true, url: "http://b" });
  expect(findAddress({ ...all, url: undefined, environment: {} })).toEqual({ ok: true, url: "http://127.0.0.1:1/" });
});

test("the nearest running aggregator is asked; a broken file is passed over", () => {
  const near = folderWith('{"url":');
  const far = folderWith('{"url":"http://far"}');
  const nowhere = folderWith(undefined);
  expect(findAddress({ url: undefined, environment: {}, folders: [nowhere, near, far] })).toEqual({
    ok: true,
    url: "http://far",
  });
  expect(findAddress({ url: undefined, environment: {}, folders: [nowhere] })).toMatchObject({
    ok: false,
    isUsage: false,
  });
});

test.each(["127.0.0.1:8080", "file:///etc/passwd", "x"])("%s is no address", (url) => {
  expect(findAddress({ url, environment: {}, folders: [] })).toMatchObject({ ok: false, isUsage: true });
});

test("folders are looked through outwards", () => {
  expect(andAbove("/a/b")).toEqual(["/a/b", "/a", "/"]);
});
