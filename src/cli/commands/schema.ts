import { z } from "zod";
import { studies, studyNamed, studySchema } from "../../studies/index.js";
import { defineCommand } from "../command.js";

export const schemaCommand = defineCommand({
  name: "schema",
  summary: "JSON Schema of a study file, for editors and for reading.",
  details: `Studies: ${studies.map(({ name }) => name).join(", ") || "none in this build"}. Prints the schema whether or not --json is given.`,
  arguments: [{ name: "STUDY", description: "Name of a study, with or without phonion/ before it." }],
  flags: z.strictObject({}),
  examples: ["phonion schema modal-hops > modal-hops.schema.json"],
  async run({ args }) {
    const schema = studySchema(studyNamed(args[0]!, studies));
    return { data: schema, text: JSON.stringify(schema, null, 2), bare: true };
  },
  async plan({ args }) {
    studyNamed(args[0]!, studies);
    return { seconds: 0, memoryMb: 60, diskMb: 0, work: ["print one JSON document"] };
  },
});
