import { SimClock } from "@penstock/protocol/time";
import { Ms, UtcMs } from "@penstock/protocol/units";
import { beforeEach, expect, test } from "vitest";
import { type Feed, openFeed, type Source } from "./feed.ts";

type Listener = (event: { readonly data?: string }) => void;

/** One connection as the browser would hold it, told by the test what the server says. */
class FakeSource implements Source {
  readonly listeners = new Map<string, Listener>();
  isClosed = false;

  addEventListener(type: string, listener: Listener): void {
    this.listeners.set(type, listener);
  }

  close(): void {
    this.isClosed = true;
  }

  say(type: string, body?: object): void {
    this.listeners.get(type)?.(body === undefined ? {} : { data: JSON.stringify(body) });
  }
}

const snapshot = (sequence: number) => ({
  version: 1,
  sequence,
  atMs: 0,
  summary: {},
  sites: [],
  markets: [],
  alarms: [],
});
const delta = (sequence: number) => ({ version: 1, sequence, atMs: 0, summary: {}, sites: [], markets: [] });

let clock: SimClock;
let opened: FakeSource[];
let shown: Feed | undefined;
let close: () => void;

beforeEach(() => {
  clock = new SimClock(UtcMs(0));
  opened = [];
  shown = undefined;
  close = openFeed(
    () => {
      const source = new FakeSource();
      opened.push(source);
      return source;
    },
    clock,
    (feed) => {
      shown = feed;
    },
  );
});

const newest = (): FakeSource => opened.at(-1) ?? new FakeSource();

test("a snapshot makes the page live and deltas keep it so", () => {
  newest().say("snapshot", snapshot(7));
  newest().say("delta", delta(8));
  newest().say("delta", delta(9));
  expect(shown).toMatchObject({ isLive: true, snapshot: { sequence: 9 } });
  expect(opened).toHaveLength(1);
});

test("a missed delta is never papered over: the stream is opened anew for a new snapshot", () => {
  newest().say("snapshot", snapshot(7));
  newest().say("delta", delta(9));
  expect(shown).toMatchObject({ isLive: false, snapshot: { sequence: 7 } });
  expect(opened[0]?.isClosed).toBe(true);
  clock.advance(Ms(1_000));
  expect(opened).toHaveLength(2);
  newest().say("snapshot", snapshot(12));
  expect(shown).toMatchObject({ isLive: true, snapshot: { sequence: 12 } });
});

test("a delta before the first snapshot shows nothing", () => {
  newest().say("delta", delta(8));
  expect(shown).toBeUndefined();
});

test("a silent server is not live, however open the connection is", () => {
  newest().say("snapshot", snapshot(7));
  clock.advance(Ms(5_900));
  expect(shown?.isLive).toBe(true);
  clock.advance(Ms(200));
  expect(shown).toMatchObject({ isLive: false, snapshot: { sequence: 7 }, heardAtMs: 0 });
});

test("while the server is gone it is asked ever less often, at least every ten seconds", () => {
  const askedAtMs: number[] = [];
  for (let second = 0; second < 60; second++) {
    if (!newest().isClosed) {
      askedAtMs.push(second);
      newest().say("error");
    }
    clock.advance(Ms(1_000));
  }
  const pauses = askedAtMs.slice(1).map((second, index) => second - (askedAtMs[index] ?? 0));
  expect(pauses).toEqual([1, 2, 4, 8, 10, 10, 10, 10]);
});

test("once heard again, the next trouble is met at once", () => {
  for (const pauseMs of [1_000, 2_000, 4_000]) {
    newest().say("error");
    clock.advance(Ms(pauseMs));
  }
  newest().say("snapshot", snapshot(1));
  newest().say("error");
  const before = opened.length;
  clock.advance(Ms(1_000));
  expect(opened).toHaveLength(before + 1);
});

test("a stream that was given up can say what it likes", () => {
  newest().say("snapshot", snapshot(7));
  const old = newest();
  old.say("error");
  clock.advance(Ms(1_000));
  newest().say("snapshot", snapshot(20));
  old.say("snapshot", snapshot(8));
  old.say("error");
  expect(shown).toMatchObject({ isLive: true, snapshot: { sequence: 20 } });
});

test("a closed feed stays closed", () => {
  close();
  clock.advance(Ms(60_000));
  expect(opened).toHaveLength(1);
  expect(opened[0]?.isClosed).toBe(true);
});
