import type { Role } from "./request.ts";

/** Who asks, as far as the door can prove it. */
export interface Caller {
  readonly role: Role;
  /** Undefined where the Unix user was not proven. */
  readonly user?: UnixUser | undefined;
}

export interface UnixUser {
  readonly uid: number;
  readonly name: string;
  /** False of root and of the agent's own user: several people may be behind them. */
  readonly isPersonal: boolean;
}
