/**
 * `mmm-guard-close.service` under a systemd that is the first process, beside Debian's nftables.service: off unless
 * enabled, and then whatever that flushes comes back closed, after it and not before. Only with MMM_LONG=1.
 */
import { beforeAll, expect, it } from "vitest";
import { eventually } from "../helpers/eventually.ts";
import { describeBooted } from "./describe-booted.ts";

const VIP = "10.9.9.9";
const UNIT = "mmm-guard-close";

describeBooted("a host that closes itself after a flush", (system) => {
  beforeAll(() => {
    system.must(`
        ip link add eth9 type veth peer name other9
        dpkg -i --force-depends /packages/redis-mmm-guard_*.deb
        printf 'flush ruleset\\ntable inet filter {}\\n' >/etc/nftables.conf
        # More starts within ten seconds than systemd lets anybody have.
        install -d /etc/systemd/system/nftables.service.d
        printf '[Unit]\\nStartLimitIntervalSec=0\\n' >/etc/systemd/system/nftables.service.d/often.conf
        systemctl daemon-reload
        systemctl enable --now nftables
        ssh-keygen -q -t ed25519 -N '' -f /root/key
        redis-mmm-setup-host --user mmm-guard --key /root/key.pub --vip ${VIP} --interface eth9
      `);
  });

  /** As the monitors see it, through their own login. */
  const shown = () =>
    system.must(
      `echo "show 1 ${VIP}" | su -s /bin/sh -c "sudo -n /usr/lib/redis-mmm/guard" mmm-guard | sed -n 's/ boot=.*//;s/^ok 1 //p'`,
    );
  const OPEN = "gate=absent gated=0 token=- permits=- lease=0 addr=-";
  const CLOSED = "gate=present gated=1 token=- permits=- lease=0 addr=-";
  const stateOf = (unit: string) => system.must(`systemctl show --value -p ActiveState ${unit}`);
  const settled = () =>
    eventually(
      () => system.must("systemctl list-jobs"),
      (jobs) => jobs === "No jobs running.",
    );
  /** Until the tests' own are gone again. */
  const drop = (unit: string, name: string, ...lines: readonly string[]) =>
    system.must(`
        install -d /run/systemd/system/${unit}.service.d
        printf '%s\\n' '[Service]' ${lines.map((line) => `'${line}'`).join(" ")} >/run/systemd/system/${unit}.service.d/${name}
        systemctl daemon-reload
      `);
  const beAsBefore = () =>
    system.must("rm -r /run/systemd/system/*.service.d; systemctl daemon-reload");
  /** It flushes at the end of whatever it does. */
  const beSlow = () =>
    drop(
      "nftables",
      "slow.conf",
      "ExecReload=/bin/sleep 1",
      "ExecReload=/usr/sbin/nft -f /etc/nftables.conf",
      "ExecStartPre=/bin/sleep 1",
      "ExecStartPost=/usr/sbin/nft flush ruleset",
    );
  const served = () =>
    system.must(`
        nft flush ruleset
        printf '%s\\n' "install 1 ${VIP} deadbeef 7" "mark 2 ${VIP} deadbeef 0 7 deadbeef 1 1 0 1 60000" \\
          "claim 3 ${VIP} deadbeef 1 1 1 2 60000 60000 eth9" | /usr/lib/redis-mmm/guard | grep 'ok 3'
      `);

  it("is off unless somebody enables it: what was flushed stays so", () => {
    expect(system.run(`systemctl is-enabled ${UNIT}`).text).toBe("disabled\n");
    served();
    system.must("systemctl reload nftables");
    expect(shown()).toContain("gate=absent");
    system.must(`ip addr flush dev eth9; systemctl restart nftables`);
    expect(shown()).toBe(OPEN);
    expect(system.run(`systemctl is-active ${UNIT}`).text).toBe("inactive\n");
  });

  it("closes what is not served when it is enabled, and nothing that is", () => {
    served();
    system.must(`systemctl enable --now ${UNIT}`);
    expect(shown()).toMatch(/gate=present gated=1 token=deadbeef.1.1 permits=1.1.2 lease=[1-9]/);
    system.must(`nft flush ruleset; ip addr flush dev eth9; systemctl restart ${UNIT}`);
    expect(shown()).toBe(CLOSED);
  });

  it.each(["reload", "restart", "reload-or-restart"])(
    "closes it after a %s of the firewall, however long that takes",
    async (verb) => {
      served();
      beSlow();
      system.must(`systemctl ${verb} nftables; ip addr flush dev eth9`);
      await settled();
      expect(shown()).toBe(CLOSED);
      beAsBefore();
    },
  );

  /** As it is for a moment after each restart of the firewall. */
  it("closes it after a reload that comes while the unit is still being started", async () => {
    drop(UNIT, "slow.conf", "ExecStartPost=/bin/sleep 2");
    system.must(`nft flush ruleset; systemctl restart --no-block ${UNIT}`);
    await eventually(shown, (seen) => seen === CLOSED);
    expect(stateOf(UNIT)).toBe("activating");
    system.must("systemctl reload nftables");
    await settled();
    expect(shown()).toBe(CLOSED);
    beAsBefore();
  });

  it("closes it after a reload that somebody has replaced by another", async () => {
    served();
    drop("nftables", "override.conf", "ExecReload=", "ExecReload=/usr/sbin/nft flush ruleset");
    system.must("systemctl reload nftables; ip addr flush dev eth9");
    expect(shown()).toBe(CLOSED);
    beAsBefore();
  });

  it("closes it after the last of many reloads, and after one that comes while it is being started", async () => {
    for (const before of ["true", "systemctl restart --no-block nftables"]) {
      served();
      system.must(
        `${before}; for i in 1 2 3 4 5; do systemctl reload --no-block nftables; done; ip addr flush dev eth9`,
      );
      await settled();
      expect(shown()).toBe(CLOSED);
    }
  });

  it("closes it when the firewall is stopped, and when it cannot be started again", async () => {
    served();
    system.must("systemctl stop nftables; ip addr flush dev eth9");
    expect(shown()).toBe(CLOSED);
    system.must("systemctl start nftables");
    served();
    system.must("echo nonsense >>/etc/nftables.conf");
    expect(system.run("systemctl restart nftables").status).not.toBe(0);
    system.must("ip addr flush dev eth9");
    expect(shown()).toBe(CLOSED);
    system.must("sed -i '$ d' /etc/nftables.conf; systemctl restart nftables");
    expect(shown()).toBe(CLOSED);
  });

  it("says when it fails, for the list is not root's alone, and keeps no firewall from being loaded", () => {
    system.must(
      "chmod 666 /etc/redis-mmm/guard.list; systemctl reload nftables; nft list table inet filter",
    );
    expect(system.must("journalctl --sync; journalctl -u nftables -o cat")).toContain(
      "must be root's",
    );
    system.must("chmod 644 /etc/redis-mmm/guard.list; systemctl restart nftables");
    expect(shown()).toBe(CLOSED);
  });

  it("is in force after a boot", async () => {
    await system.reboot();
    expect(system.must(`systemctl is-active ${UNIT}`)).toBe("active");
    system.must("ip link add eth9 type veth peer name other9");
    expect(shown()).toBe(CLOSED);
  });

  it("goes with the package", () => {
    system.must("dpkg -r redis-mmm-guard");
    expect(system.must(`find /etc/systemd /lib/systemd -name '*${UNIT}*'`)).toBe("");
    expect(system.must(`systemctl show --value -p LoadState ${UNIT}`)).toBe("not-found");
    system.must("systemctl reload nftables");
    expect(system.must("nft list tables")).toBe("table inet filter");
  });
});
