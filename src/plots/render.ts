// From a report to what a person looks at: the page, and each figure with its numbers.

import { InputError } from "../base/index.js";
import type { Report } from "../io/index.js";
import type {
  MediumDiffusionData,
  MediumDissipationData,
  MediumKernelData,
  MediumReflectionData,
  MediumScanData,
  ModalHopsData,
} from "../studies/index.js";
import type { Figure } from "./draw.js";
import { mediumDiffusionPage } from "./medium-diffusion-page.js";
import { mediumDissipationPage } from "./medium-dissipation-page.js";
import { mediumKernelPage } from "./medium-kernel-page.js";
import { mediumReflectionPage } from "./medium-reflection-page.js";
import { mediumScanPage } from "./medium-scan-page.js";
import { modalHopsPage } from "./modal-hops-page.js";
import { type Page, renderPage } from "./page.js";

export interface RenderedReport {
  /** One self-contained HTML document. */
  readonly html: string;
  readonly figures: readonly Figure[];
}

const PAGES: Readonly<Record<string, (report: Report<never>) => Page>> = {
  "phonion/medium-diffusion": mediumDiffusionPage as (report: Report<MediumDiffusionData>) => Page,
  "phonion/medium-dissipation": mediumDissipationPage as (report: Report<MediumDissipationData>) => Page,
  "phonion/medium-kernel": mediumKernelPage as (report: Report<MediumKernelData>) => Page,
  "phonion/medium-reflection": mediumReflectionPage as (report: Report<MediumReflectionData>) => Page,
  "phonion/medium-scan": mediumScanPage as (report: Report<MediumScanData>) => Page,
  "phonion/modal-hops": modalHopsPage as (report: Report<ModalHopsData>) => Page,
};

/** @throws InputError for a report of a study without a page. */
export function renderReport(report: Report<unknown>): RenderedReport {
  const pageOf = PAGES[report.schema];
  if (!pageOf)
    throw new InputError(`no page is known for reports of ${report.schema}`, `known: ${Object.keys(PAGES).join(", ")}`);
  const page = pageOf(report as Report<never>);
  return { html: renderPage(page, report), figures: page.sections.flatMap((section) => section.figures ?? []) };
}
