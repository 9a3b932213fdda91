import type { Model, PointRow } from "./model.ts";

/** Model 803 with `strings` strings: the lithium cells behind a unit, string by string. */
export const lithiumBank = (strings: number): Model => ({
  id: 803,
  length: 26 + STRING_REGISTERS * strings,
  points: [
    [2, "NStr", "uint16"],
    [3, "NStrCon", "uint16"],
    [4, "ModTmpMax", "int16", "ModTmp_SF"],
    [5, "ModTmpMaxStr", "uint16"],
    [6, "ModTmpMaxMod", "uint16"],
    [7, "ModTmpMin", "int16", "ModTmp_SF"],
    [8, "ModTmpMinStr", "uint16"],
    [9, "ModTmpMinMod", "uint16"],
    [10, "ModTmpAvg", "int16", "ModTmp_SF"],
    [11, "StrVMax", "uint16", "V_SF"],
    [12, "StrVMaxStr", "uint16"],
    [13, "StrVMin", "uint16", "V_SF"],
    [14, "StrVMinStr", "uint16"],
    [15, "StrVAvg", "uint16", "V_SF"],
    [16, "StrAMax", "int16", "A_SF"],
    [17, "StrAMaxStr", "uint16"],
    [18, "StrAMin", "int16", "A_SF"],
    [19, "StrAMinStr", "uint16"],
    [20, "StrAAvg", "int16", "A_SF"],
    [21, "NCellBal", "uint16"],
    [22, "CellV_SF", "sunssf"],
    [23, "ModTmp_SF", "sunssf"],
    [24, "A_SF", "sunssf"],
    [25, "SoH_SF", "sunssf"],
    [26, "SoC_SF", "sunssf"],
    [27, "V_SF", "sunssf"],
    ...Array.from({ length: strings }, (_, index) => stringRows(index)).flat(),
  ],
});

const STRING_REGISTERS = 32;

/** One string's block; its points are named `Str[0].StrSoC` and so on. */
function stringRows(index: number): PointRow[] {
  return STRING.map(([offset, name, type, scaleFactor]): PointRow => {
    const place = [28 + STRING_REGISTERS * index + offset, `Str[${index}].${name}`, type] as const;
    return scaleFactor === undefined ? place : [...place, scaleFactor];
  });
}

const STRING: readonly PointRow[] = [
  [0, "StrNMod", "uint16"],
  [1, "StrSt", "bitfield32"],
  [3, "StrConFail", "enum16"],
  [4, "StrSoC", "uint16", "SoC_SF"],
  [5, "StrSoH", "uint16", "SoH_SF"],
  [6, "StrA", "int16", "A_SF"],
  [7, "StrCellVMax", "uint16", "CellV_SF"],
  [8, "StrCellVMaxMod", "uint16"],
  [9, "StrCellVMin", "uint16", "CellV_SF"],
  [10, "StrCellVMinMod", "uint16"],
  [11, "StrCellVAvg", "uint16", "CellV_SF"],
  [12, "StrModTmpMax", "int16", "ModTmp_SF"],
  [13, "StrModTmpMaxMod", "uint16"],
  [14, "StrModTmpMin", "int16", "ModTmp_SF"],
  [15, "StrModTmpMinMod", "uint16"],
  [16, "StrModTmpAvg", "int16", "ModTmp_SF"],
  [17, "StrDisRsn", "enum16"],
  [18, "StrConSt", "bitfield32"],
  [20, "StrEvt1", "bitfield32"],
  [22, "StrEvt2", "bitfield32"],
  [24, "StrEvtVnd1", "bitfield32"],
  [26, "StrEvtVnd2", "bitfield32"],
  [28, "StrSetEna", "enum16"],
  [29, "StrSetCon", "enum16"],
  [30, "Pad1", "pad"],
  [31, "Pad2", "pad"],
];
