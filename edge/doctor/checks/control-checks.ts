import { latchedOf } from "../../cli/latched.ts";
import { type Check, checkOf, critical, isOk, warning } from "../check.ts";

const status = ({ status: report }: Parameters<Check["look"]>[0]) => report;

/** Does it run, and what does it do? */
export const controlChecks: readonly Check[] = [
  {
    name: "the agent answers",
    why: "nobody can be asked, and perhaps nobody controls",
    fix: "systemctl status penstock-edge and its log; or name the socket: --socket PATH",
    look: ({ socketTrouble }) => (socketTrouble === undefined ? isOk("it does") : critical(socketTrouble)),
  },
  checkOf(
    "the loop reports",
    "without it the units go to their safe values by their own timers",
    "sitectl explain loop.silent",
    status,
    ({ statusAgeMs }) =>
      statusAgeMs === null
        ? critical("it has not reported yet")
        : statusAgeMs > 5_000
          ? critical(`silent for ${(statusAgeMs / 1e3).toFixed(0)} s`)
          : isOk(`${(statusAgeMs / 1e3).toFixed(1)} s ago`),
  ),
  checkOf(
    "cycles are not missed",
    "a missed cycle is a set-point and a heartbeat that were not sent",
    "what else runs on the box? disk, CPU: sitectl time",
    (facts) => facts.status?.loop,
    ({ missedCycles, cycles }) =>
      missedCycles > cycles * 0.001 ? warning(`${missedCycles} of ${cycles}`) : isOk(`${missedCycles} of ${cycles}`),
  ),
  checkOf(
    "cycles are punctual",
    "services and ramps are timed by the cycle",
    "a slower period, or a box of its own: sitectl time",
    (facts) => facts.status?.loop,
    ({ latenessP99Ms, periodMs }) =>
      latenessP99Ms > periodMs / 2
        ? warning(`late by ${latenessP99Ms.toFixed(1)} ms at p99, period ${periodMs} ms`)
        : isOk(`late by ${latenessP99Ms.toFixed(1)} ms at p99`),
  ),
  checkOf(
    "nobody has stopped the site",
    "the batteries rest until somebody resumes",
    "sitectl resume, when its reason is gone",
    status,
    ({ latches }) => {
      const { stop } = latchedOf(latches);
      return stop === undefined ? isOk("nobody has") : warning(`stopped by ${stop.by}: ${stop.reason}`);
    },
  ),
  checkOf(
    "the site follows leases",
    "in another mode it earns nothing from the cloud's leases",
    "sitectl mode auto",
    status,
    ({ latches }) => {
      const { mode } = latchedOf(latches);
      return mode === "auto" ? isOk("mode auto") : warning(`mode ${mode}`);
    },
  ),
  checkOf(
    "no local limit is left over",
    "it holds the batteries back until somebody clears it",
    "sitectl limit clear, when its reason is gone",
    status,
    ({ latches }) => {
      const { localLimitW } = latchedOf(latches);
      return localLimitW === undefined ? isOk("none") : warning(`by ${localLimitW.by}: ${localLimitW.reason}`);
    },
  ),
  checkOf(
    "the grid operator does not limit the site",
    "the batteries have less room than the connection",
    "only the grid operator lifts it: call the control room",
    status,
    ({ latches }) => (latchedOf(latches).gridOperatorLimitW === undefined ? isOk("no") : warning("a limit is latched")),
  ),
  checkOf(
    "limits do not contradict each other",
    "one of them is not kept",
    "sitectl explain limit-conflict",
    status,
    ({ alarms }) =>
      alarms.some(({ code }) => code === "limit-conflict")
        ? critical("two leave nothing between them")
        : isOk("none does"),
  ),
  checkOf(
    "the guard has had nothing to do",
    "it steps in where the control core was wrong",
    "sitectl explain guard-stepped-in",
    status,
    ({ alarms }) =>
      alarms.some(({ code }) => code === "guard-stepped-in") ? critical("it stepped in") : isOk("nothing"),
  ),
  checkOf(
    "the batteries follow their target",
    "what was sold is not delivered, or a reading is wrong",
    "sitectl why; sitectl units for the one that does not",
    status,
    ({ targetW, batteryPowerW, units }) => {
      if (targetW === null || batteryPowerW === null) return warning("target or power is not known");
      const toleranceW = Math.max(0.1 * Math.abs(targetW), 200 * units.length);
      const offW = batteryPowerW - targetW;
      const said = `${(offW / 1e3).toFixed(1)} kW beside it`;
      return Math.abs(offW) > toleranceW ? warning(said) : isOk(said);
    },
  ),
  checkOf(
    "critical and high alarms are seen",
    "somebody has to act on them",
    "sitectl alarms; act; then sitectl alarms ack",
    (facts) => facts.alarms,
    ({ alarms }) => {
      const unseen = alarms.filter(
        ({ state, priority }) => state === "unacked" && ["critical", "high"].includes(priority),
      );
      return unseen.length === 0
        ? isOk("none waits")
        : critical(
            unseen
              .map(({ id }) => id)
              .slice(0, 3)
              .join(", "),
          );
    },
  ),
  checkOf(
    "there is no alarm flood",
    "among so many the one that matters is overlooked",
    "look for one cause: a switch, a supply, a certificate",
    (facts) => facts.alarms,
    ({ flood }) => (flood ? critical("more than ten in ten minutes") : isOk("no")),
  ),
];
