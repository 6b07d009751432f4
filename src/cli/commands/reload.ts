/**
 * `mmm reload [--dry-run]`: what the files say is proposed to the leader, who commits what differs, and
 * adds groups that are new. `--drop-group NAME` is the one way in which a group goes.
 */
import { showAddress } from "../../adapters/config/identity.ts";
import { proposalFor, proposalsOf } from "../../adapters/config/proposal.ts";
import type { Config } from "../../adapters/config/types.ts";
import type { GroupName } from "../../core/ids.ts";
import type { Proposal } from "../../core/reload/proposal.ts";
import type { GroupStatus, Status } from "../../core/status-types.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { confirm } from "../confirm.ts";
import { Failure, usageFailure } from "../failure.ts";
import { groupOf } from "../groups.ts";
import { operate } from "../operate.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { options, terminal } = context;
  if (options["drop-group"] !== undefined) return await drop(context, options["drop-group"]);
  const config = context.config();
  const { status } = await context.cluster().status();
  terminal.note((config?.warnings ?? []).map((text) => `WARNING: ${text}`));
  terminal.note(config === null ? [] : hintsOnMonitors(config, status));
  const dryRun = options["dry-run"] ?? false;
  const { group } = options;
  if (group === undefined) {
    const proposals = config === null ? null : proposalsOf(config);
    return await operate(context, { kind: "reload-file", proposals, dryRun });
  }
  const proposal = config === null ? null : proposed(config, group);
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

async function drop(context: Context, name: GroupName): Promise<ExitCode> {
  const { options } = context;
  if (options.group !== undefined || options["dry-run"] === true)
    throw usageFailure("--drop-group stands alone", "reload");
  const { status } = await context.cluster().status();
  const group = groupOf(status, name);
  refuseWritten(context.config(), name);
  await confirm(context, losses(group), `Drop ${name}?`);
  return await operate(context, { kind: "drop-group", group: name });
}

/** Else the next reload would add it again. */
function refuseWritten(config: Config | null, name: GroupName): void {
  const written = config?.groups.find((one) => one.name === name);
  if (written === undefined) return;
  throw new Failure(EXIT.refused, [
    `error: ${written.file} still describes the group ${name}; the next reload would add it again`,
    `try: remove that file on every monitor, then: mmm reload --drop-group ${name}`,
  ]);
}

function losses({ name, master, writer, readers }: GroupStatus): readonly string[] {
  const vips = [writer, ...readers].flatMap((vip) => (vip === null ? [] : [vip.ip]));
  const gone = vips.length === 0 ? "" : ` ${vips.join(", ")} will be served by nobody, and`;
  return [
    `The monitors will watch the group ${name} no longer:${gone} nothing is failed over.`,
    `Its Redis servers stay as they are${master === null ? "" : `, ${master} the master`}.`,
  ];
}
