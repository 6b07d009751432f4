// Prints the package.json of the npm package: the bundle needs nothing, so it depends on nothing.
import { readFileSync } from "node:fs";

const own = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const { name, version, description, license, type, engines, bin, files } = own;
process.stdout.write(
  `${JSON.stringify({ name, version, description, license, type, engines, bin, files }, null, 2)}\n`,
);
