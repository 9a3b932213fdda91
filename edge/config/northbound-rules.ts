import { seconds } from "@penstock/protocol/units";
import type { NorthboundConfig } from "../northbound/northbound-config.ts";
import type { SiteDocument } from "./site-document.ts";

type Say = (path: readonly (string | number)[], name: string, message: string) => void;

/** What is in range under `northbound:` and makes no sense together. */
export function northboundContradictions({ northbound, plant }: SiteDocument, say: Say): void {
  const { modbus, opcUa } = northbound ?? {};
  const grants = [
    ...(modbus?.grantLimit ? ["modbus.grantLimit"] : []),
    ...(modbus?.grantSetpoint ? ["modbus.grantSetpoint"] : []),
    ...(opcUa !== undefined && opcUa.grantLimits.length > 0 ? ["opcUa.grantLimits"] : []),
  ];
  const sayOf = (grant: string, message: string) =>
    say(["northbound", ...grant.split(".")], `northbound.${grant}`, message);
  for (const grant of plant === undefined ? [] : grants) {
    sayOf(
      grant,
      "cannot be granted where a plant controller brings the grid operator's word: one of the two speaks for the operator",
    );
  }
  const isGranting = grants.includes("opcUa.grantLimits");
  if (isGranting && grants.length > 1) {
    sayOf(
      "opcUa.grantLimits",
      `cannot be granted beside northbound.${grants[0]}: one of the two speaks for the operator`,
    );
  }
  if (opcUa === undefined) return;
  const { users, allowAnonymous, insecureLab } = opcUa;
  if (users.length === 0 && !allowAnonymous) {
    say(["northbound", "opcUa"], "northbound.opcUa", "lets nobody in: name users, or allowAnonymous: true");
  }
  if (isGranting && !users.some(({ role }) => role === "grid-operator")) {
    sayOf("opcUa.grantLimits", "are granted to nobody: no user has the role grid-operator");
  }
  if (isGranting && insecureLab) {
    sayOf("opcUa.grantLimits", "cannot be granted with insecureLab: true: anybody could read the password");
  }
  users.forEach(({ name }, index) => {
    if (users.findIndex((user) => user.name === name) === index) return;
    say(
      ["northbound", "opcUa", "users", index, "name"],
      `northbound.opcUa.users[${index}].name`,
      `"${name}" is used twice`,
    );
  });
}

export const toNorthbound = (
  { modbus, opcUa }: NonNullable<SiteDocument["northbound"]>,
  place: (path: string) => string,
): NorthboundConfig => ({
  modbus: modbus && toModbus(modbus),
  opcUa: opcUa && {
    ...opcUa,
    pkiFolder: place(opcUa.pkiFolder),
    users: opcUa.users.map((user) => ({ ...user, passwordFile: place(user.passwordFile) })),
  },
});

const toModbus = ({ setpointForS, ...modbus }: NonNullable<NonNullable<SiteDocument["northbound"]>["modbus"]>) => ({
  ...modbus,
  setpointForMs: seconds(setpointForS),
});
