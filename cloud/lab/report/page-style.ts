/** Light by default, dark where the reader's system is. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1b2430; --soft: #5c6b7d; --rule: #dfe5ec; --own: #0b6bcb; --best: #9aa7b5; --buy: #2a9d6f; --sell: #d9822b; --price: #1b2430; }
@media (prefers-color-scheme: dark) { :root { --ground: #12181f; --ink: #e7edf3; --soft: #9fb0c0; --rule: #2a3541; --own: #5aa9f7; --best: #6b7b8c; --buy: #4cc394; --sell: #f0a050; --price: #e7edf3; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 920px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 24px; margin: 0 0 4px; overflow-wrap: anywhere; } h2 { font-size: 17px; margin: 32px 0 4px; } .under { margin: 4px 0 8px; }
.under, small, figcaption + .legend { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px; margin: 20px 0; }
.tile { border: 1px solid var(--rule); border-radius: 8px; padding: 12px 14px; display: grid; }
.tile b { font-size: 24px; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 6px 8px; border-bottom: 1px solid var(--rule); } th:first-child, td:first-child { text-align: left; }
th { color: var(--soft); font-weight: 500; }
figure { margin: 32px 0 0; } figcaption { font-size: 17px; font-weight: 600; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font-size: 12px; }
.grid { stroke: var(--rule); } .line { fill: none; stroke-width: 2; } .line.own { stroke: var(--own); } .line.best { stroke: var(--best); }
.fan { fill: var(--own); opacity: 0.22; } rect.buy { fill: var(--buy); opacity: 0.55; } rect.sell { fill: var(--sell); opacity: 0.55; } rect.price { fill: var(--price); }
.legend { display: flex; gap: 18px; font-size: 13px; margin: 2px 0 6px; } .legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; vertical-align: -1px; }
i.own { background: var(--own); } i.best { background: var(--best); } i.fan { background: var(--own); } i.wide { opacity: 0.22; } i.half { opacity: 0.45; } i.buy { background: var(--buy); } i.sell { background: var(--sell); } i.price { background: var(--price); }
`;
