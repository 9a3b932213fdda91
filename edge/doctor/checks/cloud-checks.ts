import { type Check, checkOf, critical, type DoctorFacts, isOk, warning } from "../check.ts";

const linkOf = (facts: DoctorFacts) => facts.link;

/** Does it reach the cloud, and may the cloud be believed? */
export const cloudChecks: readonly Check[] = [
  checkOf(
    "the cloud is connected",
    "no new lease arrives; the site ends on its own profile",
    "sitectl explain sync.offline",
    linkOf,
    ({ cloud, link }) => {
      if (cloud === null) return isOk("none is configured");
      if (link?.state === "online") return isOk("online");
      return warning(
        `${link?.state ?? "not started"}${link?.lastLostReason === undefined ? "" : `: ${link.lastLostReason}`}`,
      );
    },
  ),
  checkOf(
    "the way to the cloud is encrypted",
    "others could read it, and the password with it",
    "brokerUrl: mqtts://, in the site's file",
    linkOf,
    ({ cloud }) => {
      if (cloud === null) return isOk("none is configured");
      const isLoopback = /\/\/(127\.|localhost|\[::1\])/.test(cloud.brokerUrl);
      return /^(mqtts|wss):/.test(cloud.brokerUrl)
        ? isOk("it is")
        : isLoopback
          ? isOk("loopback only")
          : critical(cloud.brokerUrl);
    },
  ),
  checkOf(
    "little waits to be sent",
    "the cloud sees the site late",
    "sitectl link; if it grows while online, bandwidth or the host",
    linkOf,
    ({ link }) => {
      if (link === null) return isOk("no link");
      const waiting = Object.values(link.streams).reduce((sum, stream) => sum + stream.waiting, 0);
      return waiting > 10_000 ? warning(`${waiting} records`) : isOk(`${waiting} records`);
    },
  ),
  checkOf(
    "settlement reaches the cloud",
    "what is not settled is not paid",
    "sitectl link: the host must commit; money depends on it",
    linkOf,
    ({ link }) => {
      const waiting = link?.streams.settlement.waiting ?? 0;
      return waiting > 288 ? warning(`${waiting} intervals wait, more than a day`) : isOk(`${waiting} intervals wait`);
    },
  ),
  checkOf(
    "a lease is held",
    "the site does what its own profile says",
    "the desk, or sitectl audit tail for refusals",
    (facts) => facts.lease,
    ({ leases }, { link }) => {
      if (link?.cloud == null) return isOk("no cloud, no leases");
      return leases.length > 0 ? isOk(`${leases.length} held`) : warning("none: the site follows its own profile");
    },
  ),
  checkOf(
    "the clock may judge leases",
    "new leases are refused until it may",
    "sitectl explain clock.not-trusted",
    (facts) => facts.time,
    ({ isClockTrusted }) =>
      isClockTrusted === false
        ? warning("it jumped less than a minute ago, or is behind the newest lease")
        : isOk(isClockTrusted === null ? "no leases are taken" : "it may"),
  ),
  checkOf(
    "agent and terminal agree on the time",
    "leases end and records are stamped by the agent's clock",
    "one of the two clocks is wrong: sitectl time",
    (facts) => facts.time,
    ({ timeMs }, { nowMs }) =>
      Math.abs(timeMs - nowMs) > 5_000 ? warning(`${((timeMs - nowMs) / 1e3).toFixed(0)} s apart`) : isOk("within 5 s"),
  ),
];
