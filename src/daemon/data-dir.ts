/** The data directory: made if need be, checked, and held by this process alone. */
import { randomBytes } from "node:crypto";
import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { unusable } from "../adapters/store/exclusive.ts";
import { loadState, StateFile } from "../adapters/store/state-file.ts";
import type { Durable } from "../core/consensus/types.ts";
import type { MonitorName } from "../core/ids.ts";
import { MmmError } from "../errors.ts";
import type { DurableStore } from "../ports.ts";

const WRITABLE_BY_OTHERS = 0o002;
const ROOT = 0;

/** @throws MmmError DATA_DIR */
export function prepareDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(dataDir, error);
  }
  refuseOpen(dataDir);
}

/** Whoever may put another state there has this monitor vote twice, or hears what its operators say. */
function refuseOpen(dataDir: string): void {
  const { mode, uid } = statSync(dataDir);
  const own = process.getuid?.() ?? uid;
  if (uid !== own && uid !== ROOT)
    throw new MmmError("DATA_DIR", {
      what: `will not use the data directory ${dataDir}`,
      why: `it belongs to another user of this host (${uid}), who may put any state there`,
      todo: `chown ${own} ${dataDir}, or run this monitor as that user`,
    });
  if ((mode & WRITABLE_BY_OTHERS) === 0) return;
  throw new MmmError("DATA_DIR", {
    what: `will not use the data directory ${dataDir}`,
    why: "anybody on this host may write there",
    todo: `chmod o-w ${dataDir}; if somebody may have done so, give the monitor an empty one and replace it (mmm monitor replace)`,
  });
}

export interface OpenState {
  readonly durable: Durable;
  readonly store: DurableStore;
}

/**
 * What this monitor knew when it ended. A directory without a state is a new monitor's; its random
 * id is written before it is shown to anybody.
 * @throws MmmError STORE_CORRUPT
 */
export async function openState(dataDir: string, name: MonitorName): Promise<OpenState> {
  const store = new StateFile(dataDir);
  const found = await loadState(dataDir);
  if (found === null) {
    const fresh = newDurable(name);
    await store.save(fresh);
    return { durable: fresh, store };
  }
  if (found.name !== name) {
    throw new MmmError("DATA_DIR", {
      what: `the data directory ${dataDir} is not that of ${name}`,
      why: `it was written by the monitor ${found.name}, whose votes it holds`,
      todo: `start it with --name ${found.name}, or give ${name} its own --data-dir`,
    });
  }
  return { durable: found, store };
}

function newDurable(name: MonitorName): Durable {
  const storageId = randomBytes(8).toString("hex");
  return { name, storageId, term: 0, votedFor: null, slot: null, acknowledged: {} };
}
