/** How a report looks. One text, since the page's policy names its hash. */

export const style = `
:root { color-scheme: light dark; --ink: light-dark(#212529, #dee2e6); --dim: light-dark(#5c6570, #a6adb8); --line: light-dark(#dfe3e8, #343a40); --accent: light-dark(#0b6e87, #66d9e8); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1400px; padding: 16px; font: 14px/1.45 system-ui, "Segoe UI", Roboto, sans-serif; color: var(--ink); background: light-dark(#fff, #16191d); }
h1 { margin: 0; font-size: 24px; overflow-wrap: anywhere; }
h2 { margin: 28px 0 8px; font-size: 17px; overflow-wrap: anywhere; }
h3 { margin: 12px 0 4px; font-size: 14px; }
small, .hint, footer, header p { color: var(--dim); font-weight: 400; font-size: 13px; }
header p { margin: 4px 0; }
p.note { padding-left: 10px; border-left: 3px solid var(--accent); color: var(--ink); white-space: pre-wrap; overflow-wrap: anywhere; font-size: 14px; }
button { font: inherit; font-size: 13px; padding: 2px 8px; min-height: 24px; min-width: 26px; color: var(--accent); background: transparent; border: 1px solid var(--line); border-radius: 6px; cursor: pointer; }
button:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
#chart { touch-action: none; cursor: grab; border: 1px solid var(--line); border-radius: 6px; }
#chart canvas { display: block; width: 100%; height: 170px; }
#readout { min-height: 1.5em; margin: 6px 0 0; font-variant-numeric: tabular-nums; }
.tools { margin: 12px 0 6px; }
.wide, .log { overflow: auto; max-height: 420px; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 12px 4px 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 500; }
th:first-child, .log td, .log th { text-align: left; }
td.text { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 200px; font-family: ui-monospace, monospace; }
.log td button { border: 0; padding: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0; }
dt, dd { margin: 0; font-size: 13px; overflow-wrap: anywhere; }
dt { color: var(--dim); }
footer { margin-top: 32px; padding-top: 8px; border-top: 1px solid var(--line); }
@media print { .tools, #readout, button { display: none; } .wide, .log { overflow: visible; max-height: none; } }
`;
