import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { SCADA } from "../certificates/testing/sample-certificates.ts";
import { RSA_1024, RSA_2048 } from "../certificates/testing/user-certificates.ts";
import { judgeUserCertificate } from "./judge-user-certificate.ts";

const der = (pem: string): Buffer => new X509Certificate(pem).raw;
const user = (name: string, pem: string) => ({ name, certificate: Buffer.from(pem) });
const at = (year: number) => Date.UTC(year, 0, 1);

test.each([
  // shown                held by                    when      what is said
  [der(RSA_2048), [user("tso", RSA_2048)], at(2030), undefined],
  [der(RSA_1024), [user("tso", RSA_1024)], at(2030), "user certificate with a weak key"],
  [der(SCADA), [user("scada", SCADA)], at(2030), "user certificate with a weak key"], // An elliptic curve: no policy here takes one.
  [der(RSA_2048), [user("tso", RSA_1024)], at(2030), "user certificate nobody has"],
  [der(RSA_2048), [user("watch", RSA_2048)], at(2030), "user certificate in another name"],
  [der(RSA_2048), [user("tso", RSA_2048)], at(2200), "user certificate expired"],
  [der(RSA_2048), [user("tso", RSA_2048)], at(2020), "user certificate not valid yet"],
  [Buffer.from("none"), [user("tso", RSA_2048)], at(2030), "user certificate cannot be read"],
  [der(RSA_2048), [], at(2030), "user certificate nobody has"],
])("a user's certificate is judged (%#)", (shown, users, nowMs, cause) => {
  const judged = judgeUserCertificate(shown, users, nowMs);
  expect(judged.ok ? undefined : judged.error.cause).toBe(cause);
  if (judged.ok) expect(judged.value).toBe("tso");
});
