// The report as one self-contained HTML page: no script, no network, prints well.

import type { Report } from "../io/index.js";
import { escapeText, type Figure } from "./draw.js";

export interface Table {
  readonly title: string;
  readonly caption?: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Section {
  readonly title: string;
  /** Plain paragraphs. */
  readonly text: readonly string[];
  readonly figures?: readonly Figure[];
  readonly tables?: readonly Table[];
}

export interface Page {
  readonly title: string;
  /** One sentence under the title. */
  readonly lead: string;
  /** The numbers a reader wants first. */
  readonly headline: readonly { readonly label: string; readonly value: string }[];
  readonly sections: readonly Section[];
}

export function renderPage(page: Page, report: Report<unknown>): string {
  let figureNumber = 0;
  let tableNumber = 0;
  const sections = page.sections.map((section) => {
    const text = section.text.map((paragraph) => `<p>${escapeText(paragraph)}</p>`).join("");
    const figures = (section.figures ?? []).map((figure) => figureBlock(figure, ++figureNumber)).join("");
    const tables = (section.tables ?? []).map((table) => tableBlock(table, ++tableNumber)).join("");
    return `<section><h2>${escapeText(section.title)}</h2>${text}${figures}${tables}</section>`;
  });
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<title>${escapeText(page.title)}</title><style>${STYLE}</style></head><body><main>` +
    `<header><h1>${escapeText(page.title)}</h1><p class="lead">${escapeText(page.lead)}</p></header>` +
    `<dl class="headline">${page.headline.map(({ label, value }) => `<div><dt>${escapeText(label)}</dt><dd>${escapeText(value)}</dd></div>`).join("")}</dl>` +
    `${notesBlock(report)}${sections.join("")}${provenance(report)}</main></body></html>\n`
  );
}

function figureBlock(figure: Figure, number: number): string {
  return (
    `<figure id="${figure.name}">${figure.svg}<figcaption><b>Figure ${number}. ${escapeText(figure.title)}${/[.?!]$/.test(figure.title) ? "" : "."}</b> ${escapeText(figure.caption)} ` +
    `<span class="files">figures/${figure.name}.svg · figures/${figure.name}.csv</span></figcaption></figure>`
  );
}

function tableBlock(table: Table, number: number): string {
  const head = table.head.map((name) => `<th>${escapeText(name)}</th>`).join("");
  const rows = table.rows
    .map((row) => `<tr>${row.map((value) => `<td>${escapeText(value)}</td>`).join("")}</tr>`)
    .join("");
  const caption = table.caption ? ` ${escapeText(table.caption)}` : "";
  return `<div class="table"><table><caption><b>Table ${number}. ${escapeText(table.title)}.</b>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function notesBlock(report: Report<unknown>): string {
  if (report.notes.length === 0) return "";
  const items = report.notes
    .map((note) => `<li>${escapeText(note.message)}${note.hint ? ` <i>${escapeText(note.hint)}</i>` : ""}</li>`)
    .join("");
  return `<aside><h2>What to know before using these numbers</h2><ul>${items}</ul></aside>`;
}

function provenance(report: Report<unknown>): string {
  const inputs = report.inputs
    .map((input) => `<li><code>${escapeText(input.name)}</code> sha256 <code>${input.sha256}</code></li>`)
    .join("");
  const seed = report.seed === undefined ? "" : ` Seed ${report.seed}.`;
  return (
    `<section><h2>How it was made</h2><p>${escapeText(report.made.software)}, kernels ${escapeText(report.made.kernels)}, ${escapeText(report.made.at)}. ` +
    `Schema ${escapeText(report.schema)} version ${report.version}.${seed}</p><ul>${inputs}</ul>` +
    `<details><summary>All options</summary><pre>${escapeText(JSON.stringify(report.options, null, 2))}</pre></details></section>`
  );
}

const STYLE = `
:root{color-scheme:light}
body{margin:0;background:#fff;color:#1b1f24;font:16px/1.55 Georgia,'Times New Roman','DejaVu Serif',serif}
main{max-width:820px;margin:0 auto;padding:40px 28px 80px}
h1{font-size:30px;line-height:1.2;margin:0 0 8px;font-weight:600}
h2{font-size:20px;margin:44px 0 10px;font-weight:600}
.lead{color:#4b545e;margin:0 0 22px;font-size:17px}
.headline{display:flex;flex-wrap:wrap;margin:0;border-top:1px solid #d5dae0;border-bottom:1px solid #d5dae0}
.headline div{padding:12px 26px 12px 0}
dt{font:12px/1.35 Helvetica,Arial,'DejaVu Sans',sans-serif;color:#5b646e}
dd{margin:4px 0 0;font:600 20px/1.25 Helvetica,Arial,'DejaVu Sans',sans-serif;font-variant-numeric:tabular-nums}
aside{border-left:3px solid #e69f00;padding:2px 18px;margin:28px 0;background:#fdf8ee}
aside h2{font-size:16px;margin:12px 0 4px}
aside ul{padding-left:18px;margin:6px 0 12px;font-size:14.5px}
figure{margin:26px 0 34px}
figure svg{max-width:100%;height:auto;display:block}
figcaption,caption{font:13px/1.5 Helvetica,Arial,'DejaVu Sans',sans-serif;color:#39424b;text-align:left}
.files{color:#7a828b;white-space:nowrap}
.table{overflow-x:auto;margin:22px 0}
table{border-collapse:collapse;font:13px/1.4 Helvetica,Arial,'DejaVu Sans',sans-serif;font-variant-numeric:tabular-nums;width:100%}
caption{padding-bottom:8px}
th{text-align:left;font-weight:600;border-bottom:1.5px solid #1b1f24;padding:5px 10px 5px 0}
td{border-bottom:1px solid #e4e8ec;padding:4px 10px 4px 0;white-space:nowrap}
pre{font-size:12.5px;line-height:1.45;background:#f6f7f9;padding:14px;overflow-x:auto}
code{font-size:12.5px;overflow-wrap:anywhere}
@media print{main{max-width:none;padding:0}figure,.table{break-inside:avoid}}
`;
