import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = new URL("../../..", import.meta.url).pathname;
const PAGES = [
  ...readdirSync(ROOT).filter((file) => file.endsWith(".md")),
  ...readdirSync(join(ROOT, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];

describe("the pages", () => {
  it.each(PAGES)("%s leads nowhere that is not there", (page) => {
    const text = readFileSync(join(ROOT, page), "utf8");
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, to = ""]) => to);
    const named = [...text.matchAll(/\bdocs\/[a-z-]+\.md\b/g)].map(([name]) => name);
    for (const to of links) expect(existsSync(join(ROOT, dirname(page), to)), to).toBe(true);
    for (const name of named)
      expect(
        existsSync(join(ROOT, name)) || existsSync(join(ROOT, dirname(page), name)),
        name,
      ).toBe(true);
  });

  it("are all to be found from the README", () => {
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    for (const page of PAGES.filter((name) => name.startsWith("docs/")))
      expect(readme, page).toContain(page);
    expect(readme.split("\n").length).toBeLessThanOrEqual(201);
  });
});
