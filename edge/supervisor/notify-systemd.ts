import { spawn } from "node:child_process";

/**
 * Tells systemd that the service is ready, and from then on that it is alive, at a third of its `WatchdogSec`. Without
 * `NOTIFY_SOCKET` in the environment it does nothing.
 *
 * The socket is a Unix datagram socket, which Node cannot open without a native add-on; `systemd-notify` comes with every
 * systemd, and a process every few seconds is a fair price.
 */
export function notifySystemd(environment: NodeJS.ProcessEnv): { alive(nowMs: number): void } {
  if (environment["NOTIFY_SOCKET"] === undefined) return { alive() {} };
  const watchdogMs = Number(environment["WATCHDOG_USEC"] ?? Number.NaN) / 1e3;
  const everyMs = Number.isFinite(watchdogMs) ? watchdogMs / 3 : Number.POSITIVE_INFINITY;
  let saidMs = Number.NEGATIVE_INFINITY;
  return {
    alive(nowMs) {
      if (nowMs - saidMs < everyMs) return;
      const words = saidMs === Number.NEGATIVE_INFINITY ? ["READY=1", "WATCHDOG=1"] : ["WATCHDOG=1"];
      saidMs = nowMs;
      spawn("systemd-notify", words, { stdio: "ignore" }).on("error", (error) => {
        process.stderr.write(`systemd was not told that the site lives: ${error.message}\n`);
      });
    },
  };
}
