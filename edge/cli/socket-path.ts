import { accessSync, constants } from "node:fs";
import { ROLES, type Role } from "../agent/requests/request.ts";

/** Where a role knocks: `park.sock` for admins, `park.operator.sock` and `park.viewer.sock` beside it. */
export const socketPath = (path: string, role: Role): string =>
  role === "admin" ? path : path.replace(/(\.sock)?$/, `.${role}.sock`);

/** The door to the most that this user may open; the admin's, which will refuse, when it is none. */
export function widestDoor(path: string, isOpen: (path: string) => boolean = mayOpen): string {
  const doors = ROLES.toReversed().map((role) => socketPath(path, role));
  return doors.find(isOpen) ?? path;
}

function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
