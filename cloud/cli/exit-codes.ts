/** What `fleetctl` ends with, so that a script can tell. */
export const exitCodes = { ok: 0, failure: 1, usage: 2, unreachable: 3 } as const;
