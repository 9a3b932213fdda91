import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { certificatesIn, trustCertificate } from "./certificate-folder.ts";
import { noteRefusal, refusalsIn } from "./refusal-book.ts";
import { PLANT, SCADA } from "./testing/sample-certificates.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "penstock-certificates-"));
  for (const name of ["rejected", "trusted/certs"]) mkdirSync(join(folder, name), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const refuse = (name: string, pem: string) => writeFileSync(join(folder, "rejected", `${name}.pem`), pem);

test("a refused certificate waits with its name, its dates, and where and how often it was shown", () => {
  refuse("plant", PLANT);
  const [{ thumbprint } = { thumbprint: "" }] = certificatesIn(folder);
  noteRefusal(folder, thumbprint, "opc.tcp://10.0.0.7:4840", 1_000);
  noteRefusal(folder, thumbprint, "opc.tcp://10.0.0.7:4840", 2_000);
  expect(certificatesIn(folder)).toMatchObject([
    {
      state: "rejected",
      thumbprint: expect.stringMatching(/^[0-9a-f]{40}$/),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      subject: "CN=plant, O=Example",
      applicationUri: "urn:example:plant",
      from: "opc.tcp://10.0.0.7:4840",
      times: 2,
      sinceMs: 2_000,
    },
  ]);
});

test("one is trusted by its whole thumbprint, the others are not, and twice is said", () => {
  refuse("plant", PLANT);
  refuse("scada", SCADA);
  writeFileSync(join(folder, "rejected", "notes.txt"), "no certificate");
  const plant = certificatesIn(folder).find(({ subject }) => subject.includes("plant"))?.thumbprint ?? "";
  expect(trustCertificate(folder, plant.slice(0, 12))).toMatchObject({ error: { code: "certificate.unknown" } });
  expect(trustCertificate(folder, plant)).toMatchObject({ ok: true, value: { state: "trusted", thumbprint: plant } });
  expect(readdirSync(join(folder, "trusted", "certs"))).toEqual(["plant.pem"]);
  expect(readdirSync(join(folder, "rejected")).toSorted()).toEqual(["notes.txt", "scada.pem"]);
  expect(trustCertificate(folder, plant)).toMatchObject({ error: { code: "certificate.already-trusted" } });
});

test("a folder that nobody has made yet holds nothing", () => {
  expect(certificatesIn(join(folder, "none"))).toEqual([]);
  expect(trustCertificate(join(folder, "none"), "ab")).toMatchObject({ error: { code: "certificate.unknown" } });
});

test("of those who were refused the newest fifty are remembered; a spoiled book is an empty one", () => {
  for (let index = 0; index < 80; index++) noteRefusal(folder, `thumb-${index}`, "10.0.0.9", index);
  const kept = Object.keys(refusalsIn(folder));
  expect(kept).toHaveLength(50);
  expect(kept).toContain("thumb-79");
  expect(kept).not.toContain("thumb-29");
  writeFileSync(join(folder, "refusals.json"), '{"thumb-1": {"from": 3}, "thumb-2":');
  expect(refusalsIn(folder)).toEqual({});
});
