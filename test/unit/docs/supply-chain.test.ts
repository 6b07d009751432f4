/** What this program is made of: exact versions with checksums, and no package's script is needed. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Package {
  readonly version: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly license?: string;
}

/** They ask for their notice, and for nothing of who uses them. */
const LICENCES = [
  "MIT",
  "Apache-2.0",
  "BSD-3-Clause",
  "ISC",
  "0BSD",
  "Unlicense",
  "MIT OR Apache-2.0",
];
/** These say theirs, which is MIT, in a way that the lock file does not carry. */
const OLD_STYLE = ["buildcheck", "cpu-features", "ssh2"];

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
const { dependencies, devDependencies, scripts } = JSON.parse(read("package.json")) as Readonly<
  Record<"dependencies" | "devDependencies" | "scripts", Readonly<Record<string, string>>>
>;
const { packages } = JSON.parse(read("package-lock.json")) as {
  readonly packages: Readonly<Record<string, Package>>;
};
const all = Object.entries(packages).filter(([path]) => path !== "");

describe("the packages that this program is made of", () => {
  it("are named with exact versions", () => {
    for (const version of Object.values({ ...dependencies, ...devDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("are known by their checksums, and come from no place of their own", () => {
    for (const [path, { resolved, integrity }] of all) {
      expect(integrity, path).toMatch(/^sha512-/);
      expect(resolved ?? "https://registry.npmjs.org/", path).toMatch(
        /^https:\/\/registry\.npmjs\.org\//,
      );
    }
  });

  it("need no script to be installed: of those that have one, none is needed by what runs", () => {
    const withScript = all.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    // Native parts that the bundle leaves out (ssh2, cpu-features), a notice (protobufjs), a tool (esbuild).
    expect(withScript.map(([path]) => path).toSorted()).toEqual([
      "node_modules/cpu-features",
      "node_modules/esbuild",
      "node_modules/protobufjs",
      "node_modules/ssh2",
    ]);
    expect(read("scripts/build.mjs")).toContain("NATIVE_PARTS");
    expect(Object.keys(scripts)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/install/)]),
    );
  });

  it("carry licences that allow what is done with them, if they run", () => {
    const running = all.filter(([, { dev }]) => dev !== true);
    const others = running.filter(([, { license }]) => !LICENCES.includes(license ?? ""));
    expect(others.map(([path]) => path.replace("node_modules/", "")).toSorted()).toEqual(OLD_STYLE);
  });

  it("are each there once in each version, and none is hidden in another one's name", () => {
    for (const [path, { resolved, version }] of all) {
      const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
      const file = `${name.slice(name.indexOf("/") + 1)}-${version}.tgz`;
      if (resolved !== undefined)
        expect(resolved, path).toBe(`https://registry.npmjs.org/${name}/-/${file}`);
    }
  });

  it("are each named in docs/security.md, with the reason, if they run", () => {
    const running = all.filter(([, { dev }]) => dev !== true).map(nameAndVersion);
    const table = chapter().split("| at run time |")[1] ?? "";
    expect(named(table).toSorted()).toEqual(running.toSorted());
    for (const name of Object.keys(dependencies)) expect(table).toContain(`\n| \`${name}\` `);
  });

  it("were looked up in docs/security.md in the version that is locked", () => {
    const locked = new Set(all.map(nameAndVersion));
    expect(named(chapter()).filter((one) => !locked.has(one))).toEqual([]);
  });
});

const chapter = (): string =>
  read("docs/security.md").split("## What is made of whom")[1]?.split("\n## ")[0] ?? "";

/** `NAME` VERSION, wherever it is written so. */
function named(text: string): readonly string[] {
  return [...text.matchAll(/`([@\w./-]+)` (\d+\.\d+\.\d+)/g)].map(
    ([, name = "", version = ""]) => `${name} ${version}`,
  );
}

function nameAndVersion([path, { version }]: readonly [string, Package]): string {
  return `${path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length)} ${version}`;
}
