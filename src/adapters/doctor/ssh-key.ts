/** The file with the key by which this monitor logs in: there, and nobody else's to read. */
import { stat } from "node:fs/promises";
import { systemCode } from "../../errors.ts";
import type { Finding, Subject } from "./finding.ts";

const OPEN_TO_OTHERS = 0o077;
const BY_GROUP = 0o040;

export async function sshKeyFindings(subject: Subject, path: string): Promise<readonly Finding[]> {
  try {
    const { mode } = await stat(path);
    const open = mode & OPEN_TO_OTHERS & ~BY_GROUP;
    if (open === 0) return [];
    return [
      subject.error(
        "ssh-key",
        `${path} may be read or changed by others on the monitor's host (mode ${(mode & 0o777).toString(8)})`,
        "whoever has this key may do to the database hosts what a monitor may",
        `chmod 600 ${path}`,
      ),
    ];
  } catch (error) {
    const code = systemCode(error);
    return [
      subject.error(
        "ssh-key",
        `${path} ${code === "ENOENT" ? "is not there" : `cannot be looked at (${code ?? "?"})`}`,
        "without it this monitor can log in to no host",
        `ssh-keygen -t ed25519 -N '' -f ${path}, its .pub to scripts/setup-host --key; or correct ssh_key`,
      ),
    ];
  }
}
