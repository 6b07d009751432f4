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
  /** A job of the firewall may end before that of the other unit, which waits for it. */
  const settled = () =>
    eventually(
      () => system.must("systemctl list-jobs"),
      (jobs) => jobs === "No jobs running.",
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
      system.must(`
        install -d /run/systemd/system/nftables.service.d
        printf '[Service]\\nExecReload=/bin/sleep 1\\nExecReload=/usr/sbin/nft -f /etc/nftables.conf\\n' >/run/systemd/system/nftables.service.d/slow.conf
        printf 'ExecStartPre=/bin/sleep 1\\nExecStartPost=/usr/sbin/nft flush ruleset\\n' >>/run/systemd/system/nftables.service.d/slow.conf
        systemctl daemon-reload
        systemctl ${verb} nftables
        ip addr flush dev eth9
      `);
      await settled();
      expect(shown()).toBe(CLOSED);
      system.must("rm -r /run/systemd/system/nftables.service.d; systemctl daemon-reload");
    },
  );

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

  it("goes with the firewall that is stopped, and comes with it", async () => {
    served();
    system.must("systemctl stop nftables; ip addr flush dev eth9");
    expect(shown()).toBe(OPEN);
    system.must("systemctl start nftables");
    await settled();
    expect(system.must(`systemctl is-active ${UNIT}`)).toBe("active");
    expect(shown()).toBe(CLOSED);
  });

  it("is told of as failed when the list is not root's alone, and keeps no firewall from being loaded", async () => {
    system.must(
      "chmod 666 /etc/redis-mmm/guard.list; systemctl reload nftables; nft list table inet filter",
    );
    await settled();
    expect(system.must(`journalctl --sync; journalctl -u ${UNIT} -o cat`)).toContain(
      "must be root's",
    );
    system.must("chmod 644 /etc/redis-mmm/guard.list; systemctl restart nftables");
    await settled();
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
