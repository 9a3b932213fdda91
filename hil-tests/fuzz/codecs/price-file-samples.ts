import { localText } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";

/** A small whole file as an operator would write it, one row a line. */
export interface PriceFileSample {
  readonly name: string;
  readonly lines: readonly string[];
  /** How the file writes the time of an interval, so that no time can be read that nobody wrote. */
  readonly stampOf: (startMs: number, lengthMs: number) => string;
  /** Whether a row in it replaces another. */
  readonly hasRevisions: boolean;
  /** Whether rows may stand in any order; where they tell by their place which hour they mean they may not. */
  readonly isUnordered: boolean;
  /** Whether it is a table with a heading line, whose columns may be moved and whose cells may be quoted. */
  readonly isPlainTable: boolean;
}

const iso = (ms: number): string => new Date(ms).toISOString();
const local = (zone: string, ms: number): string => localText(zone, ms as UtcMs);
/** `2024-10-27T02:00:00` as `27.10.2024 02:00`. */
const european = (text: string, sign: string): string =>
  `${text.slice(8, 10)}${sign}${text.slice(5, 7)}${sign}${text.slice(0, 4)} ${text.slice(11, 16)}`;
const american = (text: string): string => `${text.slice(5, 7)}/${text.slice(8, 10)}/${text.slice(0, 4)}`;

const nemStamp = (endMs: number): string =>
  iso(endMs + 36_000_000)
    .slice(0, 19)
    .replaceAll("-", "/")
    .replace("T", " ");
const nemRow = (time: string, region: string, rrp: string, run = 1, intervention = 0, changed = "00:00") =>
  `D,DISPATCH,PRICE,5,"2026/02/28 ${time}:00",${run},${region},${intervention},${rrp},"2026/02/28 ${changed}:07",1.5`;

const nem: PriceFileSample = {
  name: "NEM dispatch prices with a revision and an intervention run",
  lines: [
    "C,NEMP.WORLD,DISPATCH,AEMO,PUBLIC,2026/02/28,00:20:00,0001,DISPATCHIS,0001",
    "I,DISPATCH,PRICE,5,SETTLEMENTDATE,RUNNO,REGIONID,INTERVENTION,RRP,LASTCHANGED,RAISE6SECRRP",
    nemRow("00:05", "NSW1", "65.01"),
    nemRow("00:10", "NSW1", "-12.5"),
    nemRow("00:10", "NSW1", "-13.5", 1, 0, "09:00"),
    nemRow("00:15", "NSW1", "15100"),
    nemRow("00:15", "NSW1", "900.25", 1, 1),
    nemRow("00:05", "SA1", "70"),
    nemRow("00:10", "SA1", "71.25"),
    'C,"END OF REPORT",10',
  ],
  stampOf: (startMs, lengthMs) => nemStamp(startMs + lengthMs),
  hasRevisions: true,
  isUnordered: false,
  isPlainTable: false,
};

const ercot: PriceFileSample = {
  name: "ERCOT day-ahead around the hour that comes twice",
  lines: [
    "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag",
    "11/02/2025,01:00,HB_NORTH,21.17,N",
    "11/02/2025,02:00,HB_NORTH,22.5,N",
    "11/02/2025,02:00,HB_NORTH,23.75,Y",
    "11/02/2025,03:00,HB_NORTH,-4.25,N",
    "02/28/2025,24:00,LZ_WEST,5000,N",
  ],
  stampOf: (startMs) => american(local("America/Chicago", startMs)),
  hasRevisions: false,
  isUnordered: true,
  isPlainTable: true,
};

const caisoRow = (hour: number, component: string, value: string) =>
  `2025-02-28T0${hour}:00:00-00:00,2025-02-28T0${hour + 1}:00:00-00:00,TH_SP15_GEN-APND,DAM,${component},${value}`;
const caiso: PriceFileSample = {
  name: "CAISO day-ahead, three components",
  lines: [
    "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,NODE,MARKET_RUN_ID,LMP_TYPE,MW",
    caisoRow(7, "LMP", "28.80312"),
    caisoRow(7, "MCE", "20.1"),
    caisoRow(7, "MCC", "-0.25"),
    caisoRow(8, "LMP", "0"),
    caisoRow(8, "MCE", "-1.5"),
  ],
  stampOf: (startMs) => iso(startMs).slice(0, 19),
  hasRevisions: false,
  isUnordered: true,
  isPlainTable: true,
};

const entsoeOld: PriceFileSample = {
  name: "ENTSO-E export of before 2024, clocks back",
  lines: [
    '"MTU (CET/CEST)","Day-ahead Price [EUR/MWh]","Currency","BZN|DE-LU"',
    '"27.10.2024 01:00 - 27.10.2024 02:00","10.5","EUR",""',
    '"27.10.2024 02:00 - 27.10.2024 03:00","20","EUR",""',
    '"27.10.2024 02:00 - 27.10.2024 03:00","-30.25","EUR",""',
    '"27.10.2024 03:00 - 27.10.2024 04:00","40","EUR",""',
  ],
  stampOf: (startMs) => european(local("Europe/Brussels", startMs), "."),
  hasRevisions: false,
  isUnordered: false,
  isPlainTable: true,
};

const entsoeNew: PriceFileSample = {
  name: "ENTSO-E export of after 2024, quarters of an hour",
  lines: [
    '"MTU (CET/CEST)","Area","Sequence","Day-ahead Price (EUR/MWh)"',
    '"26/10/2025 02:45:00 (CEST) - 26/10/2025 02:00:00 (CET)","BZN|DE-LU","Sequence 1","1.25"',
    '"26/10/2025 02:00:00 (CET) - 26/10/2025 02:15:00 (CET)","BZN|DE-LU","Sequence 1","-2"',
    '"28/02/2025 03:00:00 - 28/02/2025 03:15:00","BZN|DE-LU","Sequence 1","3333.5"',
  ],
  stampOf: (startMs) => european(local("Europe/Brussels", startMs), "/"),
  hasRevisions: false,
  isUnordered: true,
  isPlainTable: true,
};

const elexonRow = (period: number, price: string, created: string) =>
  `{"settlementDate":"2024-10-27","settlementPeriod":${period},"createdDateTime":"2024-10-28T${created}:00Z","systemSellPrice":${price},"systemBuyPrice":${price}}`;
const elexon: PriceFileSample = {
  name: "Elexon system prices, a price worked out again, a day of 50 periods",
  lines: [
    '{"data":[',
    `${elexonRow(1, "71.5", "01:00")},`,
    `${elexonRow(2, "-12.25", "01:00")},`,
    `${elexonRow(2, "-11", "05:00")},`,
    elexonRow(50, "140", "01:00"),
    "]}",
  ],
  stampOf: (startMs) => local("Europe/London", startMs).slice(0, 10),
  hasRevisions: true,
  isUnordered: false,
  isPlainTable: false,
};

const elexonIndex: PriceFileSample = {
  name: "Elexon market index data as a table",
  lines: [
    "settlementDate,settlementPeriod,startTime,dataProvider,price,volume",
    "2025-02-28,1,2025-02-28T00:00:00Z,APXMIDP,88.25,120.5",
    "2025-02-28,2,2025-02-28T00:30:00Z,APXMIDP,90,0",
    "2025-02-28,48,2025-02-28T23:30:00Z,N2EXMIDP,0,0",
  ],
  stampOf: (startMs) => local("Europe/London", startMs).slice(0, 10),
  hasRevisions: false,
  isUnordered: true,
  isPlainTable: true,
};

export const priceFileSamples: readonly PriceFileSample[] = [
  nem,
  ercot,
  caiso,
  entsoeOld,
  entsoeNew,
  elexon,
  elexonIndex,
];
