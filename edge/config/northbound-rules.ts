import { seconds } from "@penstock/protocol/units";
import type { NorthboundConfig } from "../northbound/northbound-config.ts";
import type { SiteDocument } from "./site-document.ts";

type Say = (path: readonly (string | number)[], name: string, message: string) => void;

/** What is in range under `northbound:` and makes no sense together. */
export function northboundContradictions({ northbound, plant }: SiteDocument, say: Say): void {
  const { modbus, opcUa } = northbound ?? {};
  const modbusGrants = [
    ...(modbus?.grantLimit ? ["modbus.grantLimit"] : []),
    ...(modbus?.grantSetpoint ? ["modbus.grantSetpoint"] : []),
  ];
  const opcUaGrants = [
    ...(opcUa !== undefined && opcUa.grantLimits.length > 0 ? ["opcUa.grantLimits"] : []),
    ...(opcUa?.grantSetpoint ? ["opcUa.grantSetpoint"] : []),
    ...(opcUa?.grantReactive ? ["opcUa.grantReactive"] : []),
  ];
  const sayOf = (grant: string, message: string) =>
    say(["northbound", ...grant.split(".")], `northbound.${grant}`, message);
  for (const grant of plant === undefined ? [] : [...modbusGrants, ...opcUaGrants]) {
    sayOf(
      grant,
      "cannot be granted where a plant controller brings the grid operator's word: one of the two speaks for the operator",
    );
  }
  for (const grant of modbusGrants.length > 0 ? opcUaGrants : []) {
    sayOf(grant, `cannot be granted beside northbound.${modbusGrants[0]}: one of the two speaks for the operator`);
  }
  if (opcUa === undefined) return;
  const { users, allowAnonymous, insecureLab } = opcUa;
  if (users.length === 0 && !allowAnonymous) {
    say(["northbound", "opcUa"], "northbound.opcUa", "lets nobody in: name users, or allowAnonymous: true");
  }
  // Who has seen an alarm may be written down beside a plant controller's word: it moves nothing.
  for (const grant of [...opcUaGrants, ...(opcUa.grantAcknowledge ? ["opcUa.grantAcknowledge"] : [])]) {
    if (!users.some(({ role }) => role === "grid-operator")) {
      sayOf(grant, "is granted to nobody: no user has the role grid-operator");
    }
    if (insecureLab) sayOf(grant, "cannot be granted with insecureLab: true: anybody could read the password");
  }
  users.forEach(({ name, passwordFile, certificateFile }, index) => {
    const place = `northbound.opcUa.users[${index}]`;
    if (passwordFile === undefined && certificateFile === undefined) {
      const message = `"${name}" cannot log in: give it a passwordFile or a certificateFile`;
      say(["northbound", "opcUa", "users", index], place, message);
    }
    if (users.findIndex((user) => user.name === name) === index) return;
    say(["northbound", "opcUa", "users", index, "name"], `${place}.name`, `"${name}" is used twice`);
  });
}

export const toNorthbound = (
  { modbus, opcUa }: NonNullable<SiteDocument["northbound"]>,
  place: (path: string) => string,
): NorthboundConfig => ({
  modbus: modbus && withSetpointTime(modbus),
  opcUa: opcUa && {
    ...withSetpointTime(opcUa),
    pkiFolder: place(opcUa.pkiFolder),
    users: opcUa.users.map(({ passwordFile, certificateFile, ...user }) => ({
      ...user,
      ...(passwordFile !== undefined && { passwordFile: place(passwordFile) }),
      ...(certificateFile !== undefined && { certificateFile: place(certificateFile) }),
    })),
  },
});

const withSetpointTime = <T extends { readonly setpointForS: number }>({ setpointForS, ...server }: T) => ({
  ...server,
  setpointForMs: seconds(setpointForS),
});
