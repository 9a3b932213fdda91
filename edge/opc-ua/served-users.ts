import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { MessageSecurityMode, type NodeId, resolveNodeId, WellKnownRoles } from "node-opcua-client";
import type { ServerSession } from "node-opcua-server";
import type { NorthboundUser } from "../northbound/northbound-config.ts";
import type { FromServer } from "../northbound/server-link.ts";

/**
 * Who may log in, and as what; a password is compared in the same time whatever is wrong with it, and one that came over
 * an open channel is everybody's by now.
 */
export function usersOf(users: readonly NorthboundUser[], post: (message: FromServer) => void) {
  const find = (name: string) => users.find((user) => user.name === name);
  return {
    isValidUser(this: ServerSession, name: string, password: string): boolean {
      const user = find(name);
      const isSecret = this.channel?.securityMode === MessageSecurityMode.SignAndEncrypt;
      const isRight = isPassword(user, password) && user !== undefined && isSecret;
      const cause = isSecret ? "wrong user or password" : "password over an open channel";
      if (!isRight) post({ type: "refused", from: name.slice(0, 64), cause, fingerprint: undefined });
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
  const expected = user?.passwordFile === undefined ? undefined : passwordIn(user.passwordFile);
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
