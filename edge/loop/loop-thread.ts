import { readlinkSync } from "node:fs";
import { constants, setPriority, uptime } from "node:os";
import { basename } from "node:path";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import { SupervisorHandle } from "../supervisor/supervisor-handle.ts";
import { modbusTcpTransport } from "../transports/modbus-tcp.ts";
import type { LoopThreadData } from "./loop-thread-data.ts";
import type { LoopInput, LoopOutput } from "./loop-types.ts";
import { opcUaDevice } from "./opc-ua-device.ts";
import { startPlantThread } from "./plant-thread.ts";
import { punctualGrid } from "./punctual-grid.ts";
import { SiteLoop } from "./site-loop.ts";
import { SleepWatch } from "./sleep-watch.ts";

/** The fast loop in its thread: real clock, real sockets. All there is to think about is in {@link SiteLoop}. */
invariant(!isMainThread && parentPort !== null, "the fast loop runs in a thread of its own");
const port = parentPort;
const { config, initialLatches, initialGrants, trustPlantOnFirstUse } = workerData as LoopThreadData;
const clock = new SystemClock();
// Only spreads reconnects: sites that start together must not come back together.
const rng = new Rng(`${config.siteId}/${process.pid}/${clock.nowMs()}`);

const emit = (output: LoopOutput): void =>
  port.postMessage(output, output.type === "recording" ? [output.chunk.bytes.buffer] : []);
const supervisor = config.isSupervised === true ? new SupervisorHandle(clock, config.control.periodMs) : undefined;
const loop = new SiteLoop({
  clock,
  config,
  initialLatches,
  initialGrants,
  emit,
  grid: punctualGrid,
  ...(supervisor && { supervision: supervisor }),
  // Of /proc/uptime, which counts a suspended machine's sleep; CLOCK_MONOTONIC does not.
  sleepWatch: new SleepWatch(clock, () => 1e3 * uptime()),
  transportFor: (device) => {
    const { id, host, port: tcpPort, modbusUnitId, framing = "tcp", requestGapMs = 0 } = device;
    if (device.map?.nodes !== undefined)
      return opcUaDevice({ device, siteId: config.siteId, trustOnFirstUse: trustPlantOnFirstUse, clock });
    return modbusTcpTransport({
      host,
      port: tcpPort,
      unitId: modbusUnitId,
      framing,
      requestGapMs: Ms(requestGapMs),
      clock,
      rng: rng.fork(id),
    });
  },
});
const plant =
  config.plant === undefined
    ? undefined
    : startPlantThread({
        plant: config.plant,
        siteId: config.siteId,
        trustOnFirstUse: trustPlantOnFirstUse,
        clock,
        accept: (input) => loop.accept(input),
        emit,
      });

// After the plant's thread and the supervisor were made: they have no claim to it.
goFirst();

port.on("message", (input: LoopInput) => {
  loop.accept(input);
  if (input.type !== "stop") return;
  plant?.stop();
  supervisor?.stop();
  port.close();
});
loop.start();

/**
 * This thread before every other of the box, where we are allowed to (root, CAP_SYS_NICE or systemd's LimitNICE): a cycle
 * takes a few milliseconds, and everything else can wait that long.
 */
function goFirst(): void {
  try {
    const threadId = Number(basename(readlinkSync("/proc/thread-self")));
    setPriority(threadId, constants.priority.PRIORITY_HIGH);
  } catch {
    // Not Linux, or not allowed: the loop runs all the same, as punctual as its neighbours let it.
  }
}
