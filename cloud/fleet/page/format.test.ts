import { expect, test } from "vitest";
import {
  age,
  axisPower,
  clockTimeS,
  dayAndTime,
  decimal,
  energy,
  money,
  percent,
  power,
  price,
  signed,
} from "./format.ts";

const words = ({ text, unit }: { readonly text: string; readonly unit: string }) => `${text} ${unit}`;

test.each([
  // W          size of the thing  shown
  [0, undefined, "0.0 kW"],
  [499e3, undefined, "499.0 kW"],
  [500e3, undefined, "0.50 MW"],
  [-15.2e6, undefined, "−15.20 MW"],
  [4_200, 19e6, "0.00 MW"],
  [null, 19e6, "– MW"],
  [null, undefined, "– kW"],
])("%d W beside %d W is %s", (powerW, scaleW, expected) => {
  expect(words(power(powerW, scaleW))).toBe(expected);
});

test.each([
  [12_340_000, undefined, "12.3 MWh"],
  [13_500, undefined, "13.5 kWh"],
  [13_500, 54e6, "0.0 MWh"],
  [null, 54e6, "– MWh"],
])("%d Wh beside %d Wh is %s", (energyWh, scaleWh, expected) => {
  expect(words(energy(energyWh, scaleWh))).toBe(expected);
});

test.each([
  [-14e6, 19e6, "−14 MW"],
  [2.5e6, 6e6, "+2.5 MW"],
  [0, 6e6, "0 MW"],
  [50e3, 100e3, "+50 kW"],
  [0.25e6, 1e6, "+0.25 MW"],
])("%d W on the axis of a site of %d W is %s", (powerW, sizeW, expected) => {
  expect(axisPower(powerW, sizeW)).toBe(expected);
});

test("there is no minus zero", () => {
  expect(decimal(-0.001, 2)).toBe("0.00");
  expect(decimal(-0.006, 2)).toBe("−0.01");
});

test("thousands stand apart, and only they", () => {
  expect(decimal(1_234_567.891, 2)).toBe("1\u202f234\u202f567.89");
  expect(decimal(999, 0)).toBe("999");
});

test.each([
  ["1.20", "+1.20"],
  ["−1.20", "−1.20"],
  ["0.00", "0.00"],
  ["–", "–"],
])("%s with its direction is %s", (text, expected) => {
  expect(signed(text)).toBe(expected);
});

test.each([
  [null, "never"],
  [-200, "now"],
  [1_400, "now"],
  [12_000, "12 s"],
  [150_000, "3 min"],
  [7_200_000, "2 h"],
  [3 * 86_400_000, "3 d"],
])("%d ms ago is %s", (ageMs, expected) => {
  expect(age(ageMs)).toBe(expected);
});

test("money has cents while they matter and always its currency", () => {
  expect(words(money(12.5, "AUD"))).toBe("12.50 AUD");
  expect(words(money(-1_949.4, "AUD"))).toBe("−1\u202f949 AUD");
  expect(words(money(null, "AUD"))).toBe("– AUD");
});

test("a price has cents, a spike has none", () => {
  expect(price(-27.341)).toBe("−27.34");
  expect(price(15_500)).toBe("15\u202f500");
});

test("a share is a percentage, and an unknown one says so", () => {
  expect(percent(0.708)).toBe("71 %");
  expect(percent(0.708, 1)).toBe("70.8 %");
  expect(percent(null)).toBe("–");
});

test("times are UTC", () => {
  const instantMs = Date.UTC(2023, 0, 1, 2, 40, 5);
  expect(clockTimeS(instantMs)).toBe("02:40:05");
  expect(dayAndTime(instantMs)).toBe("2023-01-01 02:40");
});
