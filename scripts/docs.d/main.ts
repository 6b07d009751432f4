/** The program behind scripts/gen-docs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { VERSION } from "../../src/version.ts";
import { manualPages } from "./manual.ts";
import { commandsPage, configurationPage } from "./markdown.ts";
import { readReference } from "./reference.ts";

const { values } = parseArgs({ options: { man: { type: "string" } } });
const chapters = readReference();
if (values.man === undefined) {
  writeFileSync("docs/configuration.md", configurationPage(chapters));
  writeFileSync("docs/commands.md", commandsPage());
} else {
  mkdirSync(values.man, { recursive: true });
  for (const { file, text } of manualPages(VERSION, chapters))
    writeFileSync(join(values.man, file), text);
}
