import { describe, expect, it } from "vitest";
import { z } from "zod";
import { FormatError, InputError, inlinePool } from "../../../src/base/index.js";
import {
  type AnyStudy,
  memoryStore,
  parameterDocument,
  readStudyFile,
  runStudy,
  type Study,
  type StudySettings,
  studyNamed,
  studySchema,
  taskNamed,
  taskTable,
} from "../../../src/studies/index.js";

const parameters = z.strictObject({ file: z.string(), count: z.int().positive().default(3) });
const sums: Study<typeof parameters, { readonly total: number }> = {
  name: "sums",
  title: "Sums",
  summary: "Adds.",
  version: 2,
  parameters,
  async run({ file, count }, context) {
    await context.readInput("second.txt");
    const { text } = await context.readInput(file);
    return {
      data: { total: Number(text) * count + context.seed },
      notes: [{ code: "n", message: "m" }],
      converged: false,
    };
  },
  estimate: async () => ({ seconds: 1, memoryMb: 1, diskMb: 1, work: [] }),
};
const studies: readonly AnyStudy[] = [sums as unknown as AnyStudy];

const settings = (): StudySettings => ({
  pool: inlinePool,
  store: memoryStore(),
  seed: 5,
  readInput: async (name) => ({ name, text: "7", sha256: `hash of ${name}` }),
  inputs: [{ name: "study.yaml", sha256: "hash of study.yaml" }],
});

describe("running a study", () => {
  it("makes a report of data, options with defaults, seed, and every input with its hash, by name", async () => {
    const made = { software: "phonion 1", kernels: "k", at: "2026-01-01" };
    const { report, converged } = await runStudy(
      { study: sums, parameters: { file: "first.txt", count: 2 } },
      made,
      settings(),
    );
    expect(converged).toBe(false);
    expect(report).toEqual({
      schema: "phonion/sums",
      version: 2,
      made,
      inputs: ["first.txt", "second.txt", "study.yaml"].map((name) => ({ name, sha256: `hash of ${name}` })),
      options: { file: "first.txt", count: 2 },
      seed: 5,
      notes: [{ code: "n", message: "m" }],
      data: { total: 19 },
    });
  });
});

describe("study files", () => {
  const read = (text: string) => readStudyFile(parameterDocument(text, "s.yaml"), studies);

  it("choose their study by the $schema line", () => {
    expect(read("$schema: phonion/sums\nfile: a")).toMatchObject({ study: sums, parameters: { file: "a", count: 3 } });
  });

  it("are refused without it, with a wrong one, and when they are no list of keys", () => {
    const place = (text: string) => {
      try {
        return read(text);
      } catch (error) {
        return error;
      }
    };
    expect(place("file: a")).toBeInstanceOf(FormatError);
    expect(place("file: a\n$schema: phonion/sum")).toMatchObject({
      message: expect.stringContaining("s.yaml:2:"),
      hint: expect.stringContaining("did you mean phonion/sums?"),
    });
    expect(place("- a\n- b")).toMatchObject({ code: "format" });
  });

  it("have a schema that editors can use", () => {
    const schema = studySchema(studies[0]!);
    expect(schema).toMatchObject({ $id: "phonion/sums", title: "Sums", additionalProperties: false });
    expect(schema.required).toEqual(["$schema", "file"]);
    expect(schema.properties!["$schema"]).toMatchObject({ const: "phonion/sums" });
  });
});

describe("names", () => {
  it("find studies with and without phonion/", () => {
    expect(studyNamed("sums", studies)).toBe(sums);
    expect(studyNamed("phonion/sums", studies)).toBe(sums);
    expect(() => studyNamed("summs", studies)).toThrow(InputError);
  });

  it("find tasks, each name once", () => {
    const task = { name: "a", run: async () => 1 };
    expect(taskNamed(taskTable([task]), "a")).toBe(task);
    expect(() => taskNamed(taskTable([task]), "b")).toThrow(/no thread knows a task b/);
    expect(() => taskTable([task], [task])).toThrow(/two tasks are called a/);
  });
});
