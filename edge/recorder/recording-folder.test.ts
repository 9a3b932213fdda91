import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rng } from "@penstock/protocol/rng";
import { UtcMs } from "@penstock/protocol/units";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FrequencyEvidence } from "./frequency-evidence.ts";
import { COLUMNS } from "./frequency-evidence.ts";
import { evidenceIn, RecordingFolder, readEvidence, readSegment, segmentsIn } from "./recording-folder.ts";

let folder = "";
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "penstock-recorder-")), "recordings");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

const rng = new Rng("folder");
const noise = (length: number) => Uint8Array.from({ length }, () => rng.integer(0, 256));
const chunk = (segment: number, bytes: Uint8Array<ArrayBuffer>, isFirst = false) => ({
  segmentMs: UtcMs(segment),
  isFirst,
  bytes,
});

test("a segment comes back as it was given, while it grows and after it was packed", () => {
  const recordings = new RecordingFolder(folder, 1e6);
  const parts = [noise(500), noise(300)] as const;
  recordings.append(chunk(1_000, parts[0], true));
  recordings.append(chunk(1_000, parts[1]));
  const read = () => segmentsIn(folder).map((segment) => ({ ...segment, bytes: readSegment(segment) }));
  const whole = new Uint8Array(Buffer.concat(parts));
  expect(read()).toMatchObject([{ startMs: 1_000, isPacked: false }]);
  recordings.append(chunk(2_000, noise(10), true));
  const [packed] = read();
  expect(packed?.isPacked).toBe(true);
  expect(packed?.bytes.ok && Buffer.compare(packed.bytes.value, whole)).toBe(0);
});

test("over its budget the oldest segments go, and never the one being written", () => {
  const recordings = new RecordingFolder(folder, 25_000);
  for (let segment = 1; segment <= 10; segment++) recordings.append(chunk(segment, noise(10_000), true));
  expect(segmentsIn(folder).map(({ startMs }) => startMs)).toEqual([8, 9, 10]);
  const tiny = new RecordingFolder(folder, 0);
  tiny.append(chunk(11, noise(10_000), true));
  expect(segmentsIn(folder).map(({ startMs }) => startMs)).toEqual([11]);
});

test("what a killed process left open is packed by the next; its later chunks alone are not kept", () => {
  new RecordingFolder(folder, 1e6).append(chunk(1, noise(100), true));
  const next = new RecordingFolder(folder, 1e6);
  expect(next.append(chunk(1, noise(100))).ok).toBe(true);
  next.append(chunk(2, noise(100), true));
  expect(segmentsIn(folder).map(({ isPacked }) => isPacked)).toEqual([true, false]);
});

test("a folder that cannot be made is an error, not an exception", () => {
  writeFileSync(join(folder, "..", "file"), "");
  const recordings = new RecordingFolder(join(folder, "..", "file", "recordings"), 1e6);
  expect(recordings.append(chunk(1, noise(1), true))).toMatchObject({
    ok: false,
    error: { code: "recorder.cannot-write" },
  });
});

const evidence = (id: string): FrequencyEvidence => ({
  version: 1,
  id,
  siteId: "park",
  triggerMs: UtcMs(0),
  triggerHz: 49.8,
  isComplete: true,
  services: [],
  response: undefined,
  columns: COLUMNS,
  fast: [[0, Number.NaN, 1, 2, 3, 4, 5]],
  slow: [],
});

test("evidence is kept by its moment, replaced by its fuller self, and bounded in count", () => {
  const recordings = new RecordingFolder(folder, 1e6);
  for (let index = 100; index < 310; index++) recordings.keepEvidence(evidence(`e${index}`));
  recordings.keepEvidence({ ...evidence("e309"), triggerHz: 49.7 });
  const kept = evidenceIn(folder);
  expect([kept.length, kept[0]?.id, kept.at(-1)?.id]).toEqual([200, "e110", "e309"]);
  const last = kept.at(-1);
  const read = last && readEvidence(last);
  expect(read?.ok && read.value).toMatchObject({ triggerHz: 49.7, fast: [[0, null, 1, 2, 3, 4, 5]] });
  expect(readdirSync(join(folder, "evidence")).some((name) => name.endsWith(".new"))).toBe(false);
});
