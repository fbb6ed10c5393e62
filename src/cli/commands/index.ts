// The commands, in the order of the help.

import type { CommandSpec } from "../command.js";
import { convertCommand } from "./convert.js";
import { coupleCommand } from "./couple.js";
import { doctorCommand } from "./doctor.js";
import { energyCommand } from "./energy.js";
import { fitIfcCommand } from "./fit-ifc.js";
import { exciteCommand } from "./excite.js";
import { hopsCommand } from "./hops.js";
import { mdCommand } from "./md.js";
import { mdmaCommand } from "./mdma.js";
import { mediumCommand } from "./medium.js";
import { modesCommand } from "./modes.js";
import { relaxCommand } from "./relax.js";
import { schemaCommand } from "./schema.js";
import { showCommand } from "./show.js";
import { studyCommand } from "./study.js";

export const commands: readonly CommandSpec[] = [
  studyCommand,
  energyCommand,
  relaxCommand,
  modesCommand,
  fitIfcCommand,
  hopsCommand,
  coupleCommand,
  exciteCommand,
  mdCommand,
  mdmaCommand,
  mediumCommand,
  convertCommand,
  showCommand,
  schemaCommand,
  doctorCommand,
];
