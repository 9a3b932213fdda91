import { expect, test } from "vitest";
import { ServerTrouble, troubleOf } from "./server-trouble.ts";

test.each([
  // what the library throws                                                       what it is
  ["connect ECONNREFUSED 10.0.0.7:4840", "opc-ua.unreachable"],
  ["getaddrinfo ENOTFOUND plant.local", "opc-ua.unreachable"],
  ["Transaction has timed out ( timeout = 15000 ms)", "opc-ua.silent"],
  ["ServiceFault returned by server: BadSessionIdInvalid (0x80250000)", "opc-ua.session-lost"],
  ["BadSecureChannelClosed", "opc-ua.session-lost"],
  ["socket has been disconnected by third party", "opc-ua.session-lost"],
  ["Cannot find an Endpoint matching  security mode: SignAndEncrypt", "opc-ua.no-secure-endpoint"],
  ["serviceResult = BadIdentityTokenRejected (0x80210000)", "opc-ua.log-in-refused"],
  ["Abort: BadSecurityChecksFailed", "opc-ua.we-are-not-trusted"],
  ["BadTooManySessions", "opc-ua.server-full"],
  ["something nobody has seen before", "opc-ua.failed"],
])("%s is %s", (said, code) => {
  expect(troubleOf(new Error(said))).toEqual({ code, cause: said });
});

test("what we found out ourselves keeps its facts; a long story is cut", () => {
  const trouble = { code: "opc-ua.node-missing", path: "Block/Power" };
  expect(troubleOf(new ServerTrouble(trouble))).toEqual(trouble);
  expect(String(troubleOf(new Error("x".repeat(500)))["cause"])).toHaveLength(160);
});
