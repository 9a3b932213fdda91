import { expect, test } from "vitest";
import { deviceTopic, hostStateMessage, nodeTopic, parseHostState, parseTopic, stateTopic } from "./index.ts";

test.each([
  ["spBv1.0/nsw/NBIRTH/park", { verb: "NBIRTH", groupId: "nsw", nodeId: "park" }],
  ["spBv1.0/nsw/DCMD/park/unit-1", { verb: "DCMD", groupId: "nsw", nodeId: "park", deviceId: "unit-1" }],
  ["spBv1.0/STATE/cloud", { verb: "STATE", hostId: "cloud" }],
  ["spBv1.0/STATE/NDATA/park", { verb: "NDATA", groupId: "STATE", nodeId: "park" }],
  ["spBv1.0/süd/NDATA/größe 1", { verb: "NDATA", groupId: "süd", nodeId: "größe 1" }],
])("tck topic-structure: %s", (topic, parsed) => {
  expect(parseTopic(topic)).toEqual({ ok: true, value: parsed });
});

test.each([
  ["another namespace", "spAv1.0/nsw/NBIRTH/park"],
  ["an unknown verb", "spBv1.0/nsw/NSTATE/park"],
  ["a node verb with a device", "spBv1.0/nsw/NDATA/park/unit-1"],
  ["a device verb without a device", "spBv1.0/nsw/DDATA/park"],
  ["a level too many", "spBv1.0/nsw/DDATA/park/unit-1/x"],
  ["a wildcard for an id", "spBv1.0/nsw/NDATA/+"],
  ["an empty group", "spBv1.0//NDATA/park"],
  ["an empty device", "spBv1.0/nsw/DDATA/park/"],
  ["a control character", "spBv1.0/nsw/NDATA/pa\0rk"],
  ["the old STATE form", "STATE/cloud"],
  ["STATE without a host", "spBv1.0/STATE"],
  ["nothing", ""],
])("tck topic-structure-namespace-valid-*: %s is no topic", (_, topic) => {
  expect(parseTopic(topic)).toMatchObject({ ok: false, error: { code: "sparkplug.not-a-topic" } });
});

test("what is formatted is parsed again", () => {
  expect(parseTopic(nodeTopic("g", "NCMD", "n"))).toMatchObject({ value: { verb: "NCMD", groupId: "g", nodeId: "n" } });
  expect(parseTopic(deviceTopic("g", "DDATA", "n", "d"))).toMatchObject({ value: { verb: "DDATA", deviceId: "d" } });
  expect(parseTopic(stateTopic("h"))).toMatchObject({ value: { verb: "STATE", hostId: "h" } });
});

test("a STATE message is retained, at least once, and JSON", () => {
  const message = hostStateMessage("cloud", { online: true, timestampMs: 1 });
  expect(message).toMatchObject({ topic: "spBv1.0/STATE/cloud", qos: 1, retain: true });
  expect(new TextDecoder().decode(message.payload)).toBe('{"online":true,"timestamp":1}');
  expect(parseHostState(message.payload)).toEqual({ ok: true, value: { online: true, timestampMs: 1 } });
});

test.each([
  "ONLINE",
  "null",
  "{}",
  '{"online":1,"timestamp":1}',
  '{"online":true,"timestamp":-1}',
  '{"online":true,"timestamp":1e99}',
  '{"online":true,"timestamp":"1"}',
])("%s is no STATE", (text) => {
  expect(parseHostState(new TextEncoder().encode(text))).toMatchObject({ ok: false });
});
