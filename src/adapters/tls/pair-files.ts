/** A certificate and its key as two files: the key is never readable by others, not for an instant. */
import {
  closeSync,
  fchmodSync,
  mkdirSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { MmmError, messageOf, systemCode } from "../../errors.ts";
import type { Issued } from "./issue.ts";

/** Paths. */
export interface PairFiles {
  readonly certificate: string;
  readonly key: string;
}

const FOR_OWNER = 0o600;
const FOR_ALL_TO_READ = 0o644;

/** @throws MmmError TLS_FILES */
export function makeDirectory(directory: string): void {
  attempt(directory, () => mkdirSync(directory, { recursive: true, mode: 0o700 }));
}

export interface Writing {
  /** Both are put in the place of those that exist. */
  readonly replace: boolean;
  /** What a person can do where something exists that is not to be replaced. */
  readonly advice: string;
}

/** @throws MmmError TLS_FILES */
export function writePair(
  files: PairFiles,
  issued: Issued,
  { replace: isReplaced, advice }: Writing,
): void {
  if (isReplaced) {
    replace(files.key, issued.key, FOR_OWNER);
    replace(files.certificate, issued.certificate, FOR_ALL_TO_READ);
    return;
  }
  attempt(files.key, () => create(files.key, issued.key, FOR_OWNER), advice);
  try {
    const write = () => create(files.certificate, issued.certificate, FOR_ALL_TO_READ);
    attempt(files.certificate, write, advice);
  } catch (error) {
    unlinkSync(files.key); // Half of a pair would be in the way of the next attempt.
    throw error;
  }
}

function replace(file: string, text: string, mode: number): void {
  const fresh = `${file}.new-${process.pid}`;
  attempt(fresh, () => create(fresh, text, mode));
  attempt(file, () => renameSync(fresh, file));
}

function create(file: string, text: string, mode: number): void {
  const handle = openSync(file, "wx", mode);
  try {
    fchmodSync(handle, mode); // Whatever the umask.
    writeSync(handle, text);
  } finally {
    closeSync(handle);
  }
}

function attempt(file: string, act: () => void, advice?: string): void {
  try {
    act();
  } catch (error) {
    const [what, why] =
      systemCode(error) === "EEXIST"
        ? [`will not overwrite ${file}`, "it exists already"]
        : [`cannot write ${file}`, messageOf(error)];
    throw new MmmError("TLS_FILES", { what, why, todo: advice, cause: error });
  }
}
