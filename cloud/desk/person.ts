/** `viewer` looks; `trader` sets gates, bids, approves and stops; `approver` is moreover the second pair of eyes. */
export const roles = ["viewer", "trader", "approver"] as const;
export type Role = (typeof roles)[number];

/** Who asks for something, as whoever lets them in knows them. */
export interface Person {
  readonly name: string;
  readonly role: Role;
}

/** A role may all that the ones before it may. */
export const isAtLeast = ({ role }: Person, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);
