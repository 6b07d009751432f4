import { parseConfig } from "../../../../src/adapters/config/parse.ts";
import { ConfigErrors, formatProblem } from "../../../../src/adapters/config/problems.ts";
import type { Config } from "../../../../src/adapters/config/types.ts";

/** As the README of redis-mmm 0.x had it, with the /24, log, pid and verbose of its sample. */
export const SEED_FILE = `master_ip = 192.168.10.70/24
cluster_interface = eth1

pid = redis-mmm.pid
log = redis-mmm.log
verbose = true

[db1]
address = 192.168.10.1
port = 6379
ssh_user = redis-mmm
ssh_port = 22

[db2]
address = 192.168.10.2
port = 6379
ssh_user = redis-mmm
ssh_port = 22
`;

/** Two nodes, and whatever the test is about. */
export function aConfig(top: string, sections = ""): Config {
  const nodes =
    "[db1]\naddress = 10.0.0.1\ninterface = eth1\n[db2]\naddress = 10.0.0.2\ninterface = eth1\n";
  return parseConfig(`${top}\n${nodes}${sections}\n`, "f");
}

export function problemsOf(text: string): readonly string[] {
  try {
    parseConfig(text, "f");
    return [];
  } catch (error) {
    if (error instanceof ConfigErrors) return error.problems.map(formatProblem);
    throw error;
  }
}
