import { expect, test } from "vitest";
import { bytesFile, whatIsIn, zipOf } from "./testing/files-of.ts";

const heading = (value: string) =>
  `INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,NODE_ID_XML,NODE_ID,NODE,MARKET_RUN_ID,LMP_TYPE,XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,${value},GROUP`;
const NODE = "TH_SP15_GEN-APND";
const row = (run: string, from: string, to: string, component: string, value: number) =>
  `2025-08-01T${from}:00-00:00,2025-08-01T${to}:00-00:00,2025-08-01,1,0,${NODE},${NODE},${NODE},${run},${component},X,${NODE},ALL,1,${value},1`;
const zip = (name: string, ...lines: readonly string[]): string =>
  bytesFile(name, zipOf({ [name.replace(".zip", ".csv")]: `${lines.join("\n")}\n` }));

test("a price and its components are one row; GMT stamps need no clock", () => {
  const rows = [
    row("DAM", "07:00", "08:00", "MCE", 20),
    row("DAM", "07:00", "08:00", "LMP", 28.8),
    row("DAM", "08:00", "09:00", "LMP", 0),
    row("DAM", "08:00", "09:00", "XYZ", 9),
  ];
  expect(whatIsIn([zip("dam.zip", heading("MW"), ...rows)])).toMatchObject({
    table: "DAM",
    whole: true,
    unknownColumns: [],
    otherRows: { "DAM XYZ": 1 },
    told: { [NODE]: ["2025-08-01T07:00Z 28.8", "2025-08-01T08:00Z 0"] },
    series: [{ intervalMinutes: [60] }],
  });
});

test("the five-minute report has its value under another heading, the fifteen-minute one under a third", () => {
  const five = zip("rtm.zip", heading("VALUE"), row("RTM", "07:00", "07:05", "LMP", -6.8));
  expect(whatIsIn([five])).toMatchObject({ table: "RTM", told: { [NODE]: ["2025-08-01T07:00Z -6.8"] } });
  const fifteen = zip("fmm.zip", heading("PRC"), row("RTPD", "07:00", "07:15", "LMP", 4));
  expect(whatIsIn([fifteen])).toMatchObject({ table: "RTPD", series: [{ intervalMinutes: [15] }] });
});

test("a refusal by the operator is told in its own words", () => {
  const xml =
    '<?xml version="1.0"?><m:OASISReport xmlns:m="x"><m:MessagePayload><m:RTO><m:ERROR><m:ERR_CODE>1000</m:ERR_CODE><m:ERR_DESC>No data returned for the specified selection</m:ERR_DESC></m:ERROR></m:RTO></m:MessagePayload></m:OASISReport>';
  expect(whatIsIn([zip("invalid.zip", xml)])).toMatch(/^prices.operator-refused 1: .*1000 No data returned/);
});

test("a heading without a value and an interval that ends before it starts are refused", () => {
  expect(whatIsIn([zip("a.zip", heading("OTHER"), row("DAM", "07:00", "08:00", "LMP", 1))])).toMatch(
    /^prices.missing-column 1: there is no column MW or PRC/,
  );
  expect(whatIsIn([zip("b.zip", heading("MW"), row("DAM", "09:00", "08:00", "LMP", 1))])).toMatch(
    /^prices.malformed-date 2:/,
  );
});
