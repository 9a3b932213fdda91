import { createInterface } from "node:readline";
import { SystemClock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import { DeadlineWatch } from "./deadline-watch.ts";
import { notifySystemd } from "./notify-systemd.ts";

/**
 * The supervisor: a process of its own, started by the loop's thread. It reads the loop's count of cycles, a line each, and
 * answers with until when the loop may command. It knows no device, no set-point and no file; all it can do is fall silent.
 * It tells systemd that the site lives only as long as it would tell the loop so.
 *
 * argv: the loop's period in milliseconds. Ends when its input does.
 */
const periodMs = Ms(Number(process.argv[2]));
const clock = new SystemClock();
const watch = new DeadlineWatch(periodMs);
const systemd = notifySystemd(process.env);

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => watch.counted(Number(line), clock.monotonicMs()));
lines.on("close", () => process.exit(0));
process.stdout.on("error", () => process.exit(0));
// Whoever stops the agent stops us by closing our input: until then somebody has to watch.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});

setInterval(() => {
  const untilMs = watch.permitUntil(clock.monotonicMs());
  if (untilMs === undefined) return;
  process.stdout.write(`${untilMs}\n`);
  systemd.alive(clock.monotonicMs());
}, 250);
