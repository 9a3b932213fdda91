import { useEffect, useState } from "preact/hooks";

/** The colours a canvas needs; style sheets own them. */
export interface Theme {
  readonly ink: string;
  readonly dim: string;
  readonly line: string;
  readonly accent: string;
  readonly second: string;
}

/** Follows the system between light and dark while the page is open. */
export function useTheme(): Theme {
  const [theme, set] = useState(readTheme);
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const changed = () => set(readTheme());
    dark.addEventListener("change", changed);
    return () => dark.removeEventListener("change", changed);
  }, []);
  return theme;
}

function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return { ink: read("ink"), dim: read("dim"), line: read("line"), accent: read("accent"), second: read("second") };
}
