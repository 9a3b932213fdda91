import { type Check, checkOf, critical, type DoctorFacts, isOk, type UnitFacts, warning } from "../check.ts";

const units = (facts: DoctorFacts) => facts.units;
const devices = (facts: DoctorFacts) => facts.devices;
const listed = (ids: readonly string[]): string =>
  ids.length > 3 ? `${ids.slice(0, 3).join(", ")} and ${ids.length - 3} more` : ids.join(", ");

/** Units for which something holds, told as a warning; none: ok. */
const unitCheck = (name: string, why: string, fix: string, isBad: (unit: UnitFacts) => boolean, good: string): Check =>
  checkOf(name, why, fix, units, (all) => {
    const bad = all.filter(isBad).map(({ id }) => id);
    return bad.length === 0 ? isOk(good) : warning(listed(bad));
  });

const value = (unit: UnitFacts, name: string): unknown => unit[name]?.value;
const number = (unit: UnitFacts, name: string): number => {
  const read = value(unit, name);
  return typeof read === "number" ? read : Number.NaN;
};

const ENDS_SOON_MS = 30 * 86_400_000;
/** Comes back by itself, or is a lost device like any other. */
const PASSING = /^opc-ua\.(connecting|session-lost|unreachable|silent|failed)$/;

/** Does it see, and do they obey? */
export const deviceChecks: readonly Check[] = [
  checkOf(
    "every Modbus device is ready",
    "what is not read cannot be used, and tightens limits",
    "sitectl explain device.lost",
    devices,
    (all) => {
      const lost = all.filter(({ kind, talk }) => kind !== "plant" && talk?.state !== "ready");
      return lost.length === 0
        ? isOk(`all ${all.length}`)
        : critical(listed(lost.map(({ id, talk }) => `${id} ${talk?.state ?? "unknown"}`)));
    },
  ),
  checkOf(
    "no device is another than it was",
    "its map and ratings may be others too, so it is not used",
    "sitectl explain device.identity-changed",
    devices,
    (all) => {
      const other = all.filter(({ talk }) => talk?.state === "mismatch").map(({ id }) => id);
      return other.length === 0 ? isOk("none") : critical(listed(other));
    },
  ),
  checkOf(
    "devices answer in time",
    "late answers are stale readings, and stale readings tighten limits",
    "network, gateway, requestGapMs and periodMs in the site's file",
    devices,
    (all) => {
      const slow = all
        .filter(({ talk }) => talk !== null && talk.timeouts > 0.01 * talk.requests && talk.timeouts > 3)
        .map(({ id }) => id);
      return slow.length === 0 ? isOk("under 1 % timeouts each") : warning(listed(slow));
    },
  ),
  checkOf(
    "devices refuse nothing",
    "a refused write is a set-point that the device does not follow",
    "sitectl explain device.exception",
    devices,
    (all) => {
      const refusing = all.filter(({ talk }) => talk !== null && talk.exceptions > 3).map(({ id }) => id);
      return refusing.length === 0 ? isOk("hardly a thing") : warning(listed(refusing));
    },
  ),
  checkOf(
    "OPC UA servers let us read",
    "certificates, namespaces and nodes are not mended by waiting",
    "sitectl devices ls says what to do for each",
    devices,
    (all) => {
      const refused = all.flatMap(({ id, talk }) => {
        const code = talk?.state === "ready" ? undefined : /^opc-ua\.\S+/.exec(talk?.lastError ?? "")?.[0];
        return code === undefined || PASSING.test(code) ? [] : [`${id} ${code}`];
      });
      return refused.length === 0 ? isOk("all, or there are none") : critical(listed(refused));
    },
  ),
  checkOf(
    "no OPC UA certificate waits or runs out",
    "its bearer is turned away, or will be",
    "sitectl connections --trusted; then sitectl connections trust THUMBPRINT, or renew it over there",
    (facts) => facts.certificates,
    (all, { nowMs }) => {
      const waiting = all.filter(({ state }) => state === "rejected").length;
      const ending = all.filter(
        ({ state, validUntilMs }) => state === "trusted" && validUntilMs < nowMs + ENDS_SOON_MS,
      );
      const said = [
        ...(waiting === 0 ? [] : [`${waiting} waiting`]),
        ...ending.map(
          ({ subject, validUntilMs }) => `${subject} until ${new Date(validUntilMs).toISOString().slice(0, 10)}`,
        ),
      ];
      return said.length === 0 ? isOk("none") : warning(listed(said));
    },
  ),
  checkOf(
    "clocks of OPC UA servers are right",
    "what they stamp is judged by their own clock; certificates and records are not",
    "a time server for both: sitectl time says who is off",
    devices,
    (all) => {
      const off = all.filter(({ talk }) => Math.abs(talk?.clockSkewMs ?? 0) > 5_000);
      return off.length === 0
        ? isOk("within 5 s of ours")
        : warning(listed(off.map(({ id, talk }) => `${id} ${Math.round((talk?.clockSkewMs ?? 0) / 1e3)} s`)));
    },
  ),
  checkOf(
    "the meter is read",
    "the connection's limits rest on it; without it there is little room",
    "sitectl explain meter-missing",
    devices,
    (all) => {
      const field = all.find(({ kind }) => kind === "meter")?.readings["powerW"];
      return field?.quality === "good"
        ? isOk(`${field.ageMs} ms old`)
        : critical(field === undefined ? "never" : `${field.quality}: ${field.cause}`);
    },
  ),
  checkOf(
    "the grid's frequency is plausible",
    "services answer to it",
    "the meter's wiring and map: sitectl devices read meter-1",
    devices,
    (all) => {
      const hz = all.find(({ kind }) => kind === "meter")?.readings["frequencyHz"]?.value;
      if (typeof hz !== "number") return warning("not known");
      return Math.abs(hz - 50) < 2 || Math.abs(hz - 60) < 2 ? isOk(`${hz.toFixed(3)} Hz`) : critical(`${hz} Hz`);
    },
  ),
  checkOf(
    "the plant controller is read",
    "transformer and breaker count as unknown",
    "sitectl explain plant-missing",
    devices,
    (all) => {
      const plant = all.find(({ kind }) => kind === "plant");
      if (plant === undefined) return isOk("the site has none");
      const bad = Object.entries(plant.readings)
        .filter(([, { quality }]) => quality !== "good")
        .map(([name]) => name);
      return bad.length === 0 ? isOk("all of it") : critical(listed(bad));
    },
  ),
  checkOf(
    "the breaker is closed",
    "nothing can flow",
    "ask who opened it; close it by the site's switching rules",
    devices,
    (all) => {
      const plant = all.find(({ kind }) => kind === "plant");
      if (plant === undefined) return isOk("the site tells of none");
      return plant.readings["breakerClosed"]?.value === true ? isOk("it is") : critical("open, or not known");
    },
  ),
  unitCheck(
    "no unit is in local control",
    "it does not do what the site tells it",
    "at the unit's own panel: to remote",
    (unit) => value(unit, "remote") === false,
    "all are remote",
  ),
  unitCheck(
    "no unit has a fault",
    "its share goes to the others, and less can be sold",
    "read the unit's own fault list: sitectl devices read UNIT",
    (unit) => value(unit, "state") === "fault",
    "none has",
  ),
  unitCheck(
    "every unit runs",
    "one that does not run takes no power",
    "start it at its panel, or see its contactors",
    (unit) => !["running", "fault"].includes(String(value(unit, "state"))),
    "all do",
  ),
  unitCheck(
    "every reading of every unit is good",
    "a unit with bad readings is used less, or not at all",
    "sitectl units tells the causes",
    (unit) => ["powerW", "soc", "state"].some((name) => unit[name]?.quality !== "good"),
    "all are",
  ),
  unitCheck(
    "no unit is too hot",
    "heat derates it, and ages it",
    "look at filters, pumps and fans; sitectl why-unit UNIT says what it costs",
    (unit) => number(unit, "temperatureC") > 45,
    "all below 45 °C",
  ),
  unitCheck(
    "no unit is nearly full or empty",
    "it can take power one way only",
    "nothing, if the market wanted it so; else sitectl why",
    (unit) => number(unit, "soc") < 0.03 || number(unit, "soc") > 0.98,
    "none is",
  ),
  unitCheck(
    "every BMS allows power both ways",
    "the unit can do nothing until it does",
    "warm, cool or charge the cells; else read the unit's fault list",
    (unit) =>
      number(unit, "chargeWMax") < 0.05 * unit.rating.chargeWMax &&
      number(unit, "dischargeWMax") < 0.05 * unit.rating.dischargeWMax,
    "all do",
  ),
  checkOf(
    "charges are near each other",
    "the first that is full or empty ends what the site can do",
    "sitectl units; a full charge recalibrates a BMS that has lost count",
    units,
    (all) => {
      const charges = all.map((unit) => number(unit, "soc")).filter((soc) => !Number.isNaN(soc));
      const spread = Math.max(...charges) - Math.min(...charges);
      return charges.length < 2 || spread < 0.3
        ? isOk(charges.length < 2 ? "one unit" : `${(spread * 100).toFixed(0)} points apart`)
        : warning(`${(spread * 100).toFixed(0)} points apart`);
    },
  ),
  unitCheck(
    "every unit's own timer is short",
    "for so long it goes on by itself when nobody controls",
    "revertAfterS in the site's file: 5 to 60 s",
    (unit) => unit.revertAfterMs > 60_000 || unit.revertAfterMs < 3_000,
    "3 to 60 s",
  ),
];
