/** `mmm reload [--dry-run]`: what the file says is proposed to the leader, who commits what differs. */
import { proposalFor } from "../../adapters/config/proposal.ts";
import { showAddress } from "../../adapters/config/identity.ts";
import type { Config } from "../../adapters/config/types.ts";
import type { GroupName } from "../../core/ids.ts";
import type { Proposal } from "../../core/reload/proposal.ts";
import type { Status } from "../../core/status-types.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { Failure } from "../failure.ts";
import { groupOf } from "../groups.ts";
import { operate } from "../operate.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { options, terminal } = context;
  const config = context.config();
  const { status } = await context.cluster().status();
  const { name: group } = groupOf(status, options.group);
  const proposal = config === null ? null : proposed(config, group);
  terminal.note((config?.warnings ?? []).map((text) => `WARNING: ${text}`));
  terminal.note(config === null ? [] : hintsOnMonitors(config, status));
  const dryRun = options["dry-run"] ?? false;
  return await operate(context, { kind: "reload", group, proposal, dryRun });
}

/** A reload never changes who votes: that is done one by one. */
function hintsOnMonitors({ monitors }: Config, { cluster }: Status): readonly string[] {
  const agreed = cluster.monitors.map(({ name }) => name);
  const written = monitors.flatMap(({ name, address, port }) =>
    name === null ? [] : [{ name, at: showAddress({ address, port }) }],
  );
  if (written.length === 0) return [];
  const added = written.filter(({ name }) => !agreed.includes(name));
  const removed = agreed.filter((name) => !written.some((one) => one.name === name));
  return [
    ...added.map(
      ({ name, at }) => `HINT: ${name} is no monitor yet: mmm monitor add ${name}=${at}`,
    ),
    ...removed.map((name) => `HINT: ${name} is not in the file: mmm monitor remove ${name}`),
  ];
}

function proposed(config: Config, group: GroupName): Proposal {
  const proposal = proposalFor(config, group);
  if (proposal !== null) return proposal;
  const known = config.groups.map(({ name }) => name).join(", ");
  throw new Failure(EXIT.config, [
    `error: ${config.file} says nothing of the group ${group}, only of ${known}`,
    "try: mmm config check",
  ]);
}
