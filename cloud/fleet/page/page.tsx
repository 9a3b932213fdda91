import { render } from "preact";
import { App } from "./app.tsx";
import { browserClock } from "./browser-clock.ts";

const root = document.getElementById("page");
if (root !== null) render(<App clock={browserClock} />, root);
