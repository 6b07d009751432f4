import fc from "fast-check";
import ini from "ini";
import { describe, expect, it } from "vitest";
import { indexPositions, withoutMark } from "../../../../src/adapters/config/position-index.ts";

function problemsOf(text: string): readonly string[] {
  return indexPositions(text).problems.map(
    ({ place, section, key, text: what }) =>
      `${place.line}:${place.column} [${section}] ${key ?? ""}: ${what}`,
  );
}

describe("the position index", () => {
  it("knows where keys and values stand", () => {
    const { sections } = indexPositions(
      "\uFEFFa = 1\r\n\r\n; comment\r\n[db1]\r\n  port =   6379\r\n",
    );
    expect(sections.map(({ name, place }) => [name, place.line])).toEqual([
      ["", 1],
      ["db1", 4],
    ]);
    const port = sections[1]?.keys.get("port");
    expect(port?.place).toEqual({ line: 5, column: 3 });
    expect(port?.valuePlace).toEqual({ line: 5, column: 12 });
    expect(sections[0]?.keys.get("a")?.place).toEqual({ line: 1, column: 1 });
  });

  const QUOTE = `put the whole value in double quotes, with \\" and \\\\ inside as in JSON`;
  const SILENT: readonly (readonly [text: string, problem: string])[] = [
    ["a = 1\na = 2", "2:1 [] a: is already set at line 1; keep one of them"],
    ["[s]\n[s]", "2:1 [s] : is already defined at line 1; put its keys there"],
    ["[broken\nb = 1", `1:1 [] : "[broken" has no closing bracket; write [NAME]`],
    [
      "[s] ; why",
      "1:1 [] : nothing may follow a section on its line, not even a comment; write [s] alone",
    ],
    ["  [s]", "1:3 [] : a section must begin in the first column; write [s] alone"],
    ["[]", "1:1 [] : a section needs a name: write [db1] for a node, [monitor:mon1] for a monitor"],
    [
      "[db.2]",
      "1:1 [db.2] : a name is made of letters, digits, - and _, and begins with a letter or a digit",
    ],
    [
      "[node:db1]",
      `1:1 [node:db1] : there is no kind of section "node"; write [NAME] for a node, [monitor:NAME] for a monitor`,
    ],
    ["[constructor]", "1:1 [constructor] : this name is reserved; choose another"],
    ["[__proto__]", "1:1 [__proto__] : this name is reserved; choose another"],
    [
      "log = x\n[log]\na = 1",
      "2:1 [log] : has the name of a key at the top of the file; rename the section",
    ],
    ["verbose", `1:1 [] : "verbose" has no "="; write KEY = VALUE`],
    ["= 1", `1:1 [] : a key is missing before "="`],
    [
      "a[] = 1",
      `1:1 [] : "a[]" is a list of ini, which is not used here; separate values by commas`,
    ],
    ["a b = 1", `1:1 [] : "a …" is not a key: keys are made of letters, digits and _`],
    ["a = abc#def", `1:5 [] a: is cut at "#"; ${QUOTE}, or write \\#`],
    ["a = abc;def", `1:5 [] a: is cut at ";"; ${QUOTE}, or write \\;`],
    ["a = '1'", `1:5 [] a: single quotes change what is between them; ${QUOTE}`],
    [
      `a = "C:\\dir"`,
      `1:5 [] a: is not valid between double quotes; write \\" for a quote and \\\\ for a backslash`,
    ],
    [`a = "b" ; c`, "1:5 [] a: a comment may not follow a quoted value; put it on its own line"],
    [`a = "b`, `1:5 [] a: begins with a quote that does not end it; ${QUOTE}`],
    [`a = "`, `1:5 [] a: begins with a quote that does not end it; ${QUOTE}`],
    ["a = b\u2028c", "1:1 [] : holds an invisible line separator (U+2028 or U+2029); delete it"],
  ];
  it.each(SILENT)("reports what ini would change silently: %j", (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it("knows what changes in free text only", () => {
    const inFreeText = (value: string) =>
      indexPositions(`a = ${value}`).sections[0]?.keys.get("a")?.text.inFreeText ?? null;
    expect(inFreeText("off ; comment")).toContain(`";" begins a comment`);
    expect(inFreeText("a\\\\b")).toContain("two backslashes are read as one");
    expect(inFreeText("a\\b")).toBeNull();
    expect(inFreeText("a\\;b")).toBeNull();
  });
});

/** Text that looks like a configuration, with everything that has ever gone wrong in one. */
const word = fc.constantFrom(
  "a",
  "b",
  "port",
  "db1",
  "db.2",
  "monitor:m",
  "__proto__",
  "constructor",
  "toString",
  "",
  "a b",
  "a[]",
  '"q"',
  "'q'",
  "x;y",
  "\u2028",
  "\uFEFF",
);
const value = fc.oneof(
  word,
  fc.string({ maxLength: 12 }),
  fc.constantFrom("true", "null", "'1'", '"x', '"a\\nb"', "a#b", "a \\; b", "\\", "\\\\", "= ="),
);
const line = fc.oneof(
  fc.tuple(word, value).map(([key, text]) => `${key} = ${text}`),
  word.map((name) => `[${name}]`),
  fc.tuple(word, value).map(([name, text]) => `[${name}]${text}`),
  value,
);
const file = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom("\n", "\r\n", "\r"))
  .map(([lines, end]) => lines.join(end));

describe("against ini", () => {
  it("no key is lost without a problem", () => {
    fc.assert(
      fc.property(file, (text) => {
        const index = indexPositions(text);
        if (index.problems.length > 0) return;
        const parsed = ini.parse(withoutMark(text)) as Record<string, unknown>;
        for (const section of index.sections) {
          const values = (section.name === "" ? parsed : parsed[section.name]) as Record<
            string,
            unknown
          >;
          expect(values).toBeTypeOf("object");
          for (const key of section.keys.keys()) expect(Object.keys(values)).toContain(key);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it("no key is invented without a problem", () => {
    fc.assert(
      fc.property(file, (text) => {
        const index = indexPositions(text);
        if (index.problems.length > 0) return;
        const known = new Map(index.sections.map((section) => [section.name, section]));
        for (const [name, found] of Object.entries(ini.parse(withoutMark(text)))) {
          const isSection = typeof found === "object" && found !== null;
          if (isSection)
            expect(Object.keys(found as object).toSorted()).toEqual(
              [...(known.get(name)?.keys.keys() ?? [])].toSorted(),
            );
          else expect([...(known.get("")?.keys.keys() ?? [])]).toContain(name);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it("free text without a problem arrives as it was written", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", " ", ";", "#", "\\", '"', "'", "=", "[", "1", "\t", "é"),
    });
    fc.assert(
      fc.property(text, (written) => {
        const { sections, problems } = indexPositions(`a = ${written}`);
        const found = sections[0]?.keys.get("a")?.text;
        if (problems.length > 0 || found === undefined || found.inFreeText !== null) return;
        const raw = written.trim();
        const expected = raw.startsWith('"')
          ? (JSON.parse(raw) as string)
          : raw.replaceAll(/\\([;#])/g, "$1");
        expect(String(ini.parse(`a = ${written}`)["a"])).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
  });
});
