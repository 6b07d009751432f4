/** What is still to be done, as commands, once a configuration is written. */
import type { GroupPlace } from "./group-file.ts";
import type { Draft, GroupDraft } from "../../adapters/config/template.ts";

/** Of a further group: the monitors run, and know the hosts or not yet. */
export function groupSteps(place: GroupPlace, draft: GroupDraft, group: string): readonly string[] {
  const { vip, readers, nodes } = draft;
  const device = draft.interface ?? place.interface;
  const vips = [...(vip === null ? [] : [vip]), ...readers];
  const flags = vips.map((ip) => `--vip ${ip} --interface ${device ?? "INTERFACE"}`).join(" ");
  const addresses = nodes.map(({ address }) => address).join(" ");
  const user = draft.sshUser ?? place.sshUser ?? "redis-mmm";
  return [
    `copy ${place.file} to every monitor`,
    ...(vips.length === 0
      ? []
      : [
          `on each database host: scripts/setup-host --user ${user} --key id_ed25519.pub ${flags}`,
          `ssh-keyscan ${addresses} >> /etc/redis-mmm/known_hosts   (of new hosts, on every monitor; compare the fingerprints)`,
        ]),
    "mmm config check; mmm reload --dry-run; mmm reload",
    `mmm status --group ${group}; mmm doctor --group ${group}`,
  ];
}

export function nextSteps(file: string, draft: Draft): readonly string[] {
  const { vip, readers, interface: device, sshUser, nodes, monitors, tls } = draft;
  const vips = [...(vip === null ? [] : [vip]), ...readers];
  const flags = vips.map((ip) => `--vip ${ip} --interface ${device ?? "INTERFACE"}`).join(" ");
  const names = monitors.map(({ name }) => `--monitor ${name}`).join(" ");
  const addresses = nodes.map(({ address }) => address).join(" ");
  return [
    `copy ${file} to every monitor`,
    ...(tls === "later" && monitors.length > 1
      ? [`mmm tls init mmm-keys; mmm tls issue mmm-keys ${names}; then name the files in ${file}`]
      : []),
    ...(vips.length === 0
      ? []
      : [
          "ssh-keygen -t ed25519 -N '' -f /etc/redis-mmm/id_ed25519   (the same key on every monitor)",
          `on each database host: scripts/setup-host --user ${sshUser} --key id_ed25519.pub ${flags}`,
          `ssh-keyscan ${addresses} >> /etc/redis-mmm/known_hosts   (compare the fingerprints)`,
        ]),
    `mmm config check ${file}; mmm doctor --here --config ${file}`,
    "systemctl enable --now mmm-mon, on every monitor",
  ];
}
