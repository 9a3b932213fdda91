/** How full something is. Null is unknown and drawn as an empty track. */
export function Bar({ fraction }: { readonly fraction: number | null }) {
  const width = Math.min(1, Math.max(0, fraction ?? 0));
  return (
    <span class="bar" aria-hidden="true">
      <span style={{ left: "0", width: `${100 * width}%` }} />
    </span>
  );
}

interface PowerBarProps {
  readonly powerW: number | null;
  readonly targetW: number | null;
  /** What either end of the track stands for. */
  readonly sizeW: number;
  /** Where the limits leave room. */
  readonly room?: { readonly minW: number | null; readonly maxW: number | null };
}

/** Charge to the left of the middle, discharge to the right; a tick where it should be. */
export function PowerBar({ powerW, targetW, sizeW, room }: PowerBarProps) {
  const at = (valueW: number) => 50 + 50 * Math.min(1, Math.max(-1, valueW / sizeW));
  const now = at(powerW ?? 0);
  return (
    <span class="bar power-bar" aria-hidden="true">
      {room !== undefined && room.minW !== null && room.maxW !== null && (
        <i
          class="power-room"
          style={{ left: `${at(room.minW)}%`, width: `${Math.max(0, at(room.maxW) - at(room.minW))}%` }}
        />
      )}
      <span style={{ left: `${Math.min(50, now)}%`, width: `${Math.abs(now - 50)}%` }} />
      <i class="power-zero" />
      {targetW !== null && <i class="power-target" style={{ left: `${at(targetW)}%` }} />}
    </span>
  );
}
