import { expect, test } from "vitest";
import { People } from "./people.ts";

const token = "t".repeat(40);
const other = "o".repeat(40);
const people = new People([
  { name: "trader-1", role: "trader", token },
  { name: "approver-1", role: "approver", token: other },
]);

test.each([
  // header                          who
  [`Bearer ${token}`, { name: "trader-1", role: "trader" }],
  [`Bearer ${other}`, { name: "approver-1", role: "approver" }],
  [`Bearer ${token}x`, undefined],
  [`Bearer ${token.slice(1)}`, undefined],
  [`bearer ${token}`, undefined],
  [token, undefined],
  ["Bearer ", undefined],
  ["", undefined],
  [undefined, undefined],
] as const)("%j is %j", (header, person) => {
  expect(people.who(header)).toEqual(person);
});

test("without people nobody is anybody, not even with an empty token", () => {
  const nobody = new People([]);
  expect([nobody.count, nobody.who("Bearer "), nobody.who(`Bearer ${token}`)]).toEqual([0, undefined, undefined]);
});
