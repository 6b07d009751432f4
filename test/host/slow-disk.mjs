// Loaded into a monitor by --import: as long as the file SLOW_DISK exists, each sync of its state takes so
// many milliseconds as stand in that file.
import { existsSync, readFileSync } from "node:fs";
import { open } from "node:fs/promises";

const flag = new URL(import.meta.url).searchParams.get("flag");
const file = await open("/dev/null");
const { prototype } = file.constructor;
await file.close();
const { datasync } = prototype;
prototype.datasync = async function slowly() {
  await datasync.call(this);
  if (flag === null || !existsSync(flag)) return;
  const [name, ms] = readFileSync(flag, "utf8").split(" ");
  if (process.argv.includes(name)) await new Promise((later) => setTimeout(later, Number(ms)));
};
