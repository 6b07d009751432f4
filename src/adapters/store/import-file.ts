/**
 * An imported state waits in the data directory of a monitor that has none of its own yet, and becomes
 * part of what it proposes when the cluster is founded. It is put there only where nothing is lost by it,
 * and read again, and checked again, at the first start.
 */
import { chmodSync, chownSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MmmError, messageOf } from "../../errors.ts";
import { takeDataDir } from "./exclusive.ts";
import { readExportText } from "./export-format.ts";
import type { Export } from "./export-reads.ts";
import { loadState } from "./state-file.ts";

const FILE = "import.json";

/** @throws MmmError EXPORT_INVALID, if it cannot be read or is not an export. */
export function readExportFile(file: string): { readonly bytes: Buffer; readonly found: Export } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new MmmError("EXPORT_INVALID", {
      what: `cannot read ${file}`,
      why: messageOf(error),
      todo: "name a file that mmm state export has written",
      cause: error,
    });
  }
  return { bytes, found: readExportText(bytes, file) };
}

/** What was imported here; null: nothing. @throws MmmError EXPORT_INVALID */
export function importedState(dataDir: string): Export | null {
  const path = join(dataDir, FILE);
  return existsSync(path) ? readExportFile(path).found : null;
}

/**
 * Whether a state may be imported there: no monitor uses the directory, and none has promised
 * anything from it. A monitor that was started without ever finding its peers has not.
 * @throws MmmError ALREADY_RUNNING, IMPORT_REFUSED, STORE_CORRUPT
 */
export async function assertImportable(dataDir: string): Promise<void> {
  (await takeDataDir(dataDir)).release();
  if (existsSync(join(dataDir, FILE)))
    throw refused(dataDir, "a state was imported there already, and waits for the first start");
  const state = await loadState(dataDir);
  if (state === null || state.slot === null) return;
  const { version } = state.slot.stamp;
  throw refused(
    dataDir,
    `it holds the state of ${state.name}, a member of a cluster (epoch ${version})`,
  );
}

/** Owned by whom the directory belongs to: the monitor's user, while root may do this. */
export function putImport(dataDir: string, bytes: Buffer): string {
  const path = join(dataDir, FILE);
  writeFileSync(path, bytes, { mode: 0o600, flag: "wx" });
  chmodSync(path, 0o600);
  const { uid, gid } = statSync(dataDir);
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
  return path;
}

function refused(dataDir: string, why: string): MmmError {
  return new MmmError("IMPORT_REFUSED", {
    what: `will not import a state into ${dataDir}`,
    why,
    todo: "move what is in it away, and keep that until all is well",
  });
}
