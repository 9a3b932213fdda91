import type { GateDocument } from "@penstock/protocol/fleet";

const gates = ["off", "manual", "approve", "auto"] as const;

interface GateTableProps {
  readonly rows: readonly GateDocument[];
  readonly canSet: boolean;
  readonly onSet: (row: GateDocument, gate: string) => void;
}

/** Every gate with its four states; the one that holds is pressed, and who set it stands beside it. */
export function GateTable({ rows, canSet, onSet }: GateTableProps) {
  return (
    <table class="gates">
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.subject} ${row.product}`} class={row.kind === "site" ? "gate-site" : ""}>
            <th scope="row">
              {row.subject} <span>{row.product}</span>
            </th>
            <td>
              {/* biome-ignore lint/a11y/useSemanticElements: a fieldset groups what is filled in */}
              <span class="choices" role="group" aria-label={`Gate of ${row.subject}`}>
                {gates.map((gate) => (
                  <button
                    key={gate}
                    type="button"
                    class="quiet"
                    aria-pressed={row.gate === gate}
                    disabled={!canSet && row.gate !== gate}
                    onClick={() => row.gate !== gate && onSet(row, gate)}
                  >
                    {gate}
                  </button>
                ))}
              </span>
            </td>
            <td class="gate-why">{row.set === null ? "" : `${row.set.by}: ${row.set.why}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
