import { z } from "zod";
import { forceFieldNames } from "../../forces/index.js";
import { inspectMachine } from "../../host/index.js";
import { defineCommand } from "../command.js";

export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "What this machine offers, and what is missing.",
  details:
    "Each line says ok or missing, and what to do; the last lists the named force fields. Exit code 2 when something is missing that everything needs.",
  arguments: [],
  flags: z.strictObject({}),
  examples: ["phonion doctor"],
  async run() {
    const checks = await inspectMachine();
    const width = Math.max(...checks.map(({ name }) => name.length));
    const lines = checks.map(
      ({ name, ok, found, todo }) =>
        `${ok ? "ok     " : "missing"} ${name.padEnd(width)}  ${found}${todo ? `: ${todo}` : ""}`,
    );
    const forceFields = forceFieldNames();
    lines.push(`ok      ${"force fields".padEnd(width)}  ${forceFields.join(", ")}`);
    const broken = checks.filter(({ ok, required }) => required && !ok);
    return {
      data: { ok: broken.length === 0, checks, forceFields },
      text: lines.join("\n"),
      ...(broken.length > 0 ? { exitCode: 2 } : {}),
    };
  },
  async plan() {
    return {
      seconds: 1,
      memoryMb: 80,
      diskMb: 0,
      work: ["look at Node, cores, memory, disk, WebAssembly and the symmetry module"],
    };
  },
});
