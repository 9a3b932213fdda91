import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { type NodeId, resolveNodeId, WellKnownRoles } from "node-opcua-client";
import type { NorthboundUser } from "../northbound/northbound-config.ts";
import type { FromServer } from "../northbound/server-link.ts";

/** Who may log in, and as what; a password is compared in the same time whatever is wrong with it. */
export function usersOf(users: readonly NorthboundUser[], post: (message: FromServer) => void) {
  const find = (name: string) => users.find((user) => user.name === name);
  return {
    isValidUser(name: string, password: string): boolean {
      const user = find(name);
      const isRight = isPassword(user, password) && user !== undefined;
      if (!isRight)
        post({ type: "refused", from: name.slice(0, 64), cause: "wrong user or password", fingerprint: undefined });
      return isRight;
    },
    getUserRoles(name: string): NodeId[] {
      const role = find(name)?.role;
      const roles = [WellKnownRoles.Anonymous];
      if (role !== undefined) roles.push(WellKnownRoles.AuthenticatedUser, WellKnownRoles.Observer);
      if (role === "grid-operator") roles.push(WellKnownRoles.Operator);
      return roles.map((id) => resolveNodeId(id));
    },
  };
}

function isPassword(user: NorthboundUser | undefined, password: string): boolean {
  const expected = user === undefined ? undefined : passwordIn(user.passwordFile);
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const isSame = timingSafeEqual(digest(password), digest(expected ?? ""));
  return isSame && expected !== undefined && expected !== "";
}

/** Undefined when the file cannot be read: nobody logs in by a password that is not known. */
function passwordIn(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}
