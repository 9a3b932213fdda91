import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { fingerprintOf } from "../certificates/fingerprint.ts";
import { PLANT, PLANT_RENEWED, SCADA } from "../certificates/testing/sample-certificates.ts";
import { certificateTrouble } from "./certificate-trouble.ts";

const der = (pem: string): Buffer => new X509Certificate(pem).raw;
const held = (pem: string) => ({
  thumbprint: fingerprintOf(der(pem)),
  applicationUri: /URI:([^,]+)/.exec(new X509Certificate(pem).subjectAltName ?? "")?.[1],
});
const IN_2030 = Date.UTC(2030, 0, 1);

test.each([
  // shown            verdict                       trusted              when                     what it is
  [SCADA, "BadCertificateUntrusted", [], IN_2030, "opc-ua.certificate-untrusted"],
  [SCADA, "BadCertificateUntrusted", [held(PLANT)], IN_2030, "opc-ua.certificate-untrusted"],
  [PLANT_RENEWED, "BadCertificateUntrusted", [held(PLANT)], IN_2030, "opc-ua.certificate-changed"],
  [PLANT, "BadCertificateTimeInvalid", [held(PLANT)], Date.UTC(2200, 0, 1), "opc-ua.certificate-expired"],
  [PLANT, "BadCertificateUntrusted", [], Date.UTC(2200, 0, 1), "opc-ua.certificate-expired"],
  [PLANT, "BadCertificateUntrusted", [], Date.UTC(2020, 0, 1), "opc-ua.certificate-not-yet-valid"],
  [PLANT, "BadCertificateRevoked", [held(PLANT)], IN_2030, "opc-ua.certificate-refused"],
])("a certificate has its trouble by name", (pem, status, trusted, nowMs, code) => {
  expect(certificateTrouble(der(pem), status, trusted, nowMs)).toMatchObject({
    code,
    thumbprint: fingerprintOf(der(pem)),
    subject: expect.stringContaining("O=Example"),
  });
});

test("which one was trusted before is told; what is no certificate is refused", () => {
  const changed = certificateTrouble(der(PLANT_RENEWED), "BadCertificateUntrusted", [held(PLANT)], IN_2030);
  expect(changed["trusted"]).toBe(held(PLANT).thumbprint);
  const garbage = certificateTrouble(Buffer.from("no certificate"), "BadCertificateInvalid", [], IN_2030);
  expect(garbage).toMatchObject({ code: "opc-ua.certificate-refused", status: "BadCertificateInvalid" });
});
