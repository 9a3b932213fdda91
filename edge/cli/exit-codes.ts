/** What `sitectl` ends with, so that a script can tell. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  /** The site's name was not typed, or it waits for a second person: nothing was changed. */
  confirmationNeeded: 5,
  /** This user may not: the socket, or the role behind it, says so. */
  notPermitted: 6,
  /** No answer in time: what became of a change is not known. */
  timedOut: 7,
  /** Some of it was done. */
  partial: 8,
  /** Ctrl-C: as a shell has it. */
  interrupted: 130,
  /** `--check` only. */
  warning: 10,
  critical: 11,
} as const;
