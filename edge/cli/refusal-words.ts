import { type CodedError, describeError } from "@penstock/protocol/result";

/** A refusal of the agent in one clause with the next step; any other code is told as it came. */
export function refusalWords(error: CodedError): string {
  const words = known[error.code];
  return words === undefined ? `${describeError(error)}; sitectl explain ${error.code}` : words(error);
}

const ownUser = "log in as your own user (not root, not the agent's) and type it again";

const known: Readonly<Record<string, (error: CodedError) => string>> = {
  "operator.not-stopped": () => "the site is not stopped",
  "config.invalid": ({ text }) => `the file is not right:\n${String(text)}`,
  "config.fixed-field": ({ field, remedy }) => `${String(field)} cannot change while the site runs; ${String(remedy)}`,
  "config.same": ({ revision }) => `the site runs on this already (revision ${String(revision)})`,
  "config.nothing-pending": () => "nothing waits to be confirmed; sitectl config history shows what runs",
  "config.still-pending": () => "another change waits: sitectl config confirm, or sitectl config rollback",
  "config.no-revision": ({ revision }) => `there is no revision ${String(revision)}; sitectl config history lists them`,
  "config.no-store": () => "without its store the site runs on its file and keeps no other; sitectl store",
  "config.not-kept": () => "this site has only the configuration it was made with",
  "operator.no-limit": () => "no local limit is set",
  "operator.not-understood": () => "the agent does not know this request; is it an older version?",
  "operator.not-permitted": ({ role, needs }) =>
    `this takes the role ${String(needs)} and your socket gives you ${String(role)}`,
  "operator.no-alarm": ({ alarm }) => `there is no alarm ${String(alarm)}; sitectl alarms lists them`,
  "alarm.not-for-shelving": ({ alarm }) => `${String(alarm)} is critical: acknowledge it, and act`,
  "second-person.unproven": () => `this takes two people and the agent cannot tell who you are; ${ownUser}`,
  "second-person.shared-user": ({ user }) => `${String(user)} may be several people; ${ownUser}`,
  "second-person.same-person": ({ user }) => `you (${String(user)}) asked for it: another person must approve`,
  "second-person.not-waiting": ({ id }) => `nothing waits under ${String(id)}; sitectl approvals lists what does`,
  "second-person.outdated": () => "the site has changed since it was asked; it must be asked anew",
  "second-person.too-many": () => "too much waits already: sitectl approvals, then approve or --reject",
  "second-person.proof-refused": ({ why }) => `who you are could not be proven: ${String(why)}`,
  "second-person.users-hidden": () =>
    "the agent cannot see who is who here; sitectl explain second-person.users-hidden",
  "operator.no-device": ({ device }) => `there is no device ${String(device)}; sitectl devices ls lists them`,
};
