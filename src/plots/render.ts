// From a report to what a person looks at: the page, and each figure with its numbers.

import { InputError } from "../base/index.js";
import type { Report } from "../io/index.js";
import type {
  BandsData,
  ConcertedStudyData,
  DosOperationData,
  ExciteModesData,
  MeasureData,
  MediumDiffusionData,
  MediumDissipationData,
  MediumKernelData,
  MediumReflectionData,
  MediumScanData,
  ModalDiffusionData,
  ModalHopsData,
  MolecularDynamicsData,
  OneCrystalData,
  ThermalData,
} from "../studies/index.js";
import { bandsPage } from "./bands-page.js";
import { concertedPage } from "./concerted-page.js";
import { dosPage } from "./dos-page.js";
import type { Figure } from "./draw.js";
import { exciteModesPage } from "./excite-page.js";
import { molecularDynamicsPage } from "./md-page.js";
import { measurePage } from "./measure-page.js";
import { mediumDiffusionPage } from "./medium-diffusion-page.js";
import { mediumDissipationPage } from "./medium-dissipation-page.js";
import { mediumKernelPage } from "./medium-kernel-page.js";
import { mediumReflectionPage } from "./medium-reflection-page.js";
import { mediumScanPage } from "./medium-scan-page.js";
import { modalDiffusionPage } from "./modal-diffusion-page.js";
import { modalHopsPage } from "./modal-hops-page.js";
import { oneCrystalPage } from "./one-crystal-page.js";
import { type Page, renderPage } from "./page.js";
import { thermalPage } from "./thermal-page.js";

export interface RenderedReport {
  /** One self-contained HTML document. */
  readonly html: string;
  readonly figures: readonly Figure[];
}

const PAGES: Readonly<Record<string, (report: Report<never>) => Page>> = {
  "phonion/bands": bandsPage as (report: Report<BandsData>) => Page,
  "phonion/dos": dosPage as (report: Report<DosOperationData>) => Page,
  "phonion/concerted": concertedPage as (report: Report<ConcertedStudyData>) => Page,
  "phonion/excite-modes": exciteModesPage as (report: Report<ExciteModesData>) => Page,
  "phonion/measure": measurePage as (report: Report<MeasureData>) => Page,
  "phonion/medium-diffusion": mediumDiffusionPage as (report: Report<MediumDiffusionData>) => Page,
  "phonion/medium-dissipation": mediumDissipationPage as (report: Report<MediumDissipationData>) => Page,
  "phonion/medium-kernel": mediumKernelPage as (report: Report<MediumKernelData>) => Page,
  "phonion/medium-reflection": mediumReflectionPage as (report: Report<MediumReflectionData>) => Page,
  "phonion/medium-scan": mediumScanPage as (report: Report<MediumScanData>) => Page,
  "phonion/modal-diffusion": modalDiffusionPage as (report: Report<ModalDiffusionData>) => Page,
  "phonion/modal-hops": modalHopsPage as (report: Report<ModalHopsData>) => Page,
  "phonion/molecular-dynamics": molecularDynamicsPage as (report: Report<MolecularDynamicsData>) => Page,
  "phonion/one-crystal": oneCrystalPage as (report: Report<OneCrystalData>) => Page,
  "phonion/thermal": thermalPage as (report: Report<ThermalData>) => Page,
};

/** @throws InputError for a report of a study without a page. */
export function renderReport(report: Report<unknown>): RenderedReport {
  const pageOf = PAGES[report.schema];
  if (!pageOf)
    throw new InputError(`no page is known for reports of ${report.schema}`, `known: ${Object.keys(PAGES).join(", ")}`);
  const page = pageOf(report as Report<never>);
  return { html: renderPage(page, report), figures: page.sections.flatMap((section) => section.figures ?? []) };
}
