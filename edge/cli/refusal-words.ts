import { type CodedError, describeError } from "@penstock/protocol/result";

/** A refusal of the agent in one clause with the next step; any other code is told as it came. */
export function refusalWords(error: CodedError): string {
  const words = known[error.code];
  return words === undefined ? `${describeError(error)}; sitectl explain ${error.code}` : words(error);
}

const known: Readonly<Record<string, (error: CodedError) => string>> = {
  "operator.not-stopped": () => "the site is not stopped",
  "operator.no-limit": () => "no local limit is set",
  "operator.not-understood": () => "the agent does not know this request; is it an older version?",
  "operator.not-permitted": ({ role, needs }) =>
    `this takes the role ${String(needs)} and your socket gives you ${String(role)}`,
  "operator.no-alarm": ({ alarm }) => `there is no alarm ${String(alarm)}; sitectl alarms lists them`,
  "operator.no-device": ({ device }) => `there is no device ${String(device)}; sitectl devices ls lists them`,
};
