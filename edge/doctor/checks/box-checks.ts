import { bytes } from "../../cli/words.ts";
import { type Check, critical, isOk, unknown, warning } from "../check.ts";

/** Is the box itself well? */
export const boxChecks: readonly Check[] = [
  {
    name: "a time server keeps the clock",
    why: "a clock that runs off refuses good leases",
    fix: "timedatectl status; chrony or systemd-timesyncd with two servers",
    look: ({ box }) =>
      box.isClockSynchronised === null
        ? unknown("no time service of a kind we know")
        : box.isClockSynchronised
          ? isOk("it does")
          : warning("not synchronised yet"),
  },
  {
    name: "the box is not overloaded",
    why: "the loop and the disk wait for others",
    fix: "top: what else runs here? An edge wants a box of its own",
    look: ({ box }) =>
      box.loadPerCpu > 1.5
        ? warning(`load ${box.loadPerCpu.toFixed(1)} a CPU`)
        : isOk(`load ${box.loadPerCpu.toFixed(1)} a CPU`),
  },
  {
    name: "memory is left",
    why: "the kernel ends what takes most",
    fix: "top: who takes it? The edge needs about 200 MB",
    look: ({ box }) =>
      box.memoryFreeBytes < 150e6
        ? critical(`${bytes(box.memoryFreeBytes)} left`)
        : isOk(`${bytes(box.memoryFreeBytes)} left`),
  },
  {
    name: "the box is not too hot",
    why: "it slows down, then stops",
    fix: "clean the cabinet's fan and filter",
    look: ({ box }) =>
      box.cpuTemperatureC === null
        ? unknown("it has no thermometer")
        : box.cpuTemperatureC > 85
          ? warning(`${box.cpuTemperatureC.toFixed(0)} °C`)
          : isOk(`${box.cpuTemperatureC.toFixed(0)} °C`),
  },
  {
    name: "Node is one that is tested",
    why: "on another one nobody knows",
    fix: "install the edge's own packages: Node 24 comes along",
    look: ({ box }) => (Number(box.nodeVersion.split(".")[0]) >= 22 ? isOk(box.nodeVersion) : warning(box.nodeVersion)),
  },
  {
    name: "the socket keeps strangers out",
    why: "whoever opens it may stop and start the site",
    fix: "restart the edge: it makes the socket with mode 660",
    look: ({ box }) =>
      box.socketMode === null
        ? unknown("there is none to look at")
        : (box.socketMode & 0o007) !== 0
          ? critical(`mode ${box.socketMode.toString(8)}`)
          : isOk(`mode ${box.socketMode.toString(8)}`),
  },
];
