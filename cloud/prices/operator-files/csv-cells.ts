/**
 * Cells of one line of comma-separated text (RFC 4180): quoted cells may hold commas and doubled quotes. Undefined
 * when a quote is not closed on the line, or stands inside a cell; no operator's table runs a cell over lines.
 */
export function csvCells(line: string): readonly string[] | undefined {
  if (!line.includes('"')) return line.split(",").map((cell) => cell.trim());
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    while (line[at] === " ") at++;
    if (line[at] === '"') {
      let text = "";
      for (at++; ; at++) {
        if (at >= line.length) return undefined;
        if (line[at] !== '"') text += line[at];
        else if (line[at + 1] === '"') text += line[at++];
        else break;
      }
      cells.push(text.trim());
      const end = line.indexOf(",", at);
      // `"57"9` is neither 57 nor 579.
      if (line.slice(at + 1, end < 0 ? line.length : end).trim() !== "") return undefined;
      if (end < 0) return cells;
      at = end + 1;
    } else {
      const end = line.indexOf(",", at);
      const text = line.slice(at, end < 0 ? line.length : end);
      if (text.includes('"')) return undefined;
      cells.push(text.trim());
      if (end < 0) return cells;
      at = end + 1;
    }
  }
}
