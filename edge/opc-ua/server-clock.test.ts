import { SimClock } from "@penstock/protocol/time";
import { Ms, seconds, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { newestOf, ServerClock } from "./server-clock.ts";

test("a server's clock that goes is as far ahead as it says, and has not stood still", () => {
  const { clock, server } = bench();
  for (let at = 0; at < 5; at++) {
    server.look(clock.nowMs() + 90_000);
    clock.advance(Ms(250));
  }
  expect(server.skewMs).toBe(90_000);
  expect(server.stoodStillMs).toBe(250);
});

test("one that tells the same time again stands still for as long; once it goes it does not", () => {
  const { clock, server } = bench();
  const frozenMs = clock.nowMs();
  for (let at = 0; at < 4; at++) {
    server.look(frozenMs);
    clock.advance(seconds(1));
  }
  expect(server.stoodStillMs).toBe(4_000);
  server.look(frozenMs + 1);
  expect(server.stoodStillMs).toBe(0);
});

test("one that tells no time is not known", () => {
  const { server } = bench();
  server.look(newestOf([null, undefined]));
  expect([server.skewMs, server.stoodStillMs]).toEqual([undefined, 0]);
  expect(newestOf([new Date(5), null, new Date(7)])).toBe(7);
});

function bench() {
  const clock = new SimClock(UtcMs(1_000_000));
  return { clock, server: new ServerClock(clock) };
}
