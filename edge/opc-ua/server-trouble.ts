import type { CodedError } from "@penstock/protocol/result";

/** Thrown where we know what is wrong with a server: a code of `opc-ua.…` and its facts. */
export class ServerTrouble extends Error {
  override readonly name = "ServerTrouble";
  readonly trouble: CodedError;

  constructor(trouble: CodedError) {
    super(trouble.code);
    this.trouble = trouble;
  }
}

/**
 * Why there is no session, by name, from whatever was thrown. The library says most of it in words only; those that nobody
 * knows are `otherwise`, which of a session that was open is that it is lost.
 */
export function troubleOf(thrown: unknown, otherwise = "opc-ua.failed"): CodedError {
  if (thrown instanceof ServerTrouble) return thrown.trouble;
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  const cause = said.split("\n")[0]?.slice(0, CAUSE_LENGTH_MAX) ?? "";
  const known = WORDS.find(([words]) => words.test(said));
  return { code: known?.[1] ?? otherwise, cause };
}

/** A server that is away or busy may be back by itself; anything else somebody must see to. */
export const isPassing = ({ code }: CodedError): boolean => PASSING.has(code);

const PASSING: ReadonlySet<string> = new Set([
  "opc-ua.session-lost",
  "opc-ua.unreachable",
  "opc-ua.silent",
  "opc-ua.server-full",
  "opc-ua.failed",
]);

const CAUSE_LENGTH_MAX = 160;

/** The first that fits. */
const WORDS: readonly (readonly [words: RegExp, code: string])[] = [
  [/find an Endpoint matching|BadSecurityPolicyRejected|BadSecurityModeRejected/, "opc-ua.no-secure-endpoint"],
  [/BadIdentityToken|BadUserAccessDenied/, "opc-ua.log-in-refused"],
  [/BadCertificate|BadSecurityChecksFailed|BadApplicationUri/, "opc-ua.we-are-not-trusted"],
  [/BadTooManySessions|BadTcpNotEnoughResources|BadTooManyOperations/, "opc-ua.server-full"],
  [
    /Fail to connect to server|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT/,
    "opc-ua.unreachable",
  ],
  [/BadTimeout|BadRequestTimeout|[Tt]imeout|timed out/, "opc-ua.silent"],
  [
    /BadSession|BadSecureChannel|BadConnectionClosed|BadConnectionRejected|BadServerHalted|BadShutdown|ECONNRESET|EPIPE|socket|disconnect/,
    "opc-ua.session-lost",
  ],
];
