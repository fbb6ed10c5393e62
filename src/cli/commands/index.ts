// The commands, in the order of the help.

import type { CommandSpec } from "../command.js";
import { bandsCommand } from "./bands.js";
import { convertCommand } from "./convert.js";
import { coupleCommand } from "./couple.js";
import { descriptorsCommand } from "./descriptors.js";
import { doctorCommand } from "./doctor.js";
import { dosCommand } from "./dos.js";
import { elasticCommand } from "./elastic.js";
import { energyCommand } from "./energy.js";
import { exciteCommand } from "./excite.js";
import { fitIfcCommand } from "./fit-ifc.js";
import { hopsCommand } from "./hops.js";
import { mdCommand } from "./md.js";
import { mdmaCommand } from "./mdma.js";
import { measureCommand } from "./measure.js";
import { mediumCommand } from "./medium.js";
import { modesCommand } from "./modes.js";
import { relaxCommand } from "./relax.js";
import { schemaCommand } from "./schema.js";
import { showCommand } from "./show.js";
import { studyCommand } from "./study.js";
import { thermalCommand } from "./thermal.js";

export const commands: readonly CommandSpec[] = [
  studyCommand,
  energyCommand,
  relaxCommand,
  modesCommand,
  bandsCommand,
  dosCommand,
  thermalCommand,
  elasticCommand,
  descriptorsCommand,
  fitIfcCommand,
  hopsCommand,
  coupleCommand,
  exciteCommand,
  mdCommand,
  mdmaCommand,
  measureCommand,
  mediumCommand,
  convertCommand,
  showCommand,
  schemaCommand,
  doctorCommand,
];
