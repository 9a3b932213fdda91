import { SimClock } from "@penstock/protocol/time";
import { Ms, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { NodeAnswer } from "../transports/node-link.ts";
import { DeviceNodes } from "./device-nodes.ts";

test("the first request opens a session and is told there is none yet; the next ones are answered", async () => {
  const bench = new Bench();
  await bench.read(1);
  expect(bench.answers).toMatchObject([{ id: 1, ok: false, refused: false }]);
  await bench.read(2);
  expect(bench.answers[1]).toEqual({ id: 2, ok: true, values: [5], clockSkewMs: 0 });
  expect(bench.opened).toBe(1);
});

test("a server that is down is tried again after a pause that doubles, and says why meanwhile", async () => {
  const bench = new Bench();
  bench.isUp = false;
  for (let id = 1; id <= 100; id++) {
    await bench.read(id);
    bench.clock.advance(Ms(100));
  }
  expect(bench.attempts).toBeGreaterThan(3);
  expect(bench.attempts).toBeLessThan(8); // 0.5, 1, 2, 4 s in ten seconds
  expect(bench.answers.at(-1)).toMatchObject({
    ok: false,
    error: { code: "opc-ua.unreachable", cause: "connect ECONNREFUSED 10.0.0.7:4840" },
  });
});

test("a refused write keeps the session, an error and a reset throw it away, and never are there two", async () => {
  const bench = new Bench();
  await bench.read(1);
  bench.status = "BadNotWritable";
  await bench.device.hear({ id: 2, kind: "write", nodes: [0], values: [1] });
  expect(bench.answers[1]).toMatchObject({ ok: false, refused: true, status: "BadNotWritable" });
  expect(bench.closed).toBe(0);
  await bench.device.hear({ id: 2, kind: "reset" });
  expect(bench.closed).toBe(1);
  await bench.read(3);
  bench.isBroken = true;
  await bench.read(4);
  expect(bench.answers.at(-1)).toMatchObject({ ok: false, refused: false, error: { code: "opc-ua.session-lost" } });
  expect([bench.opened, bench.closed]).toEqual([2, 2]);
  await bench.device.close();
});

class Bench {
  readonly clock = new SimClock(UtcMs(0));
  readonly answers: NodeAnswer[] = [];
  isUp = true;
  isBroken = false;
  status: string | undefined;
  attempts = 0;
  opened = 0;
  closed = 0;
  readonly device = new DeviceNodes({
    clock: this.clock,
    answer: (answer) => this.answers.push(answer),
    connect: async () => {
      this.attempts++;
      if (!this.isUp) throw new Error("connect ECONNREFUSED 10.0.0.7:4840");
      this.opened++;
      expect(this.opened - this.closed).toBe(1);
      return {
        read: async (nodes) => {
          if (this.isBroken) throw new Error("BadConnectionClosed");
          return { values: nodes.map(() => 5), clockSkewMs: 0 };
        },
        write: async () => this.status,
        close: async () => void this.closed++,
      };
    },
  });

  async read(id: number): Promise<void> {
    await this.device.hear({ id, kind: "read", nodes: [0] });
    for (let i = 0; i < 8; i++) await Promise.resolve();
  }
}
